#include "schedule/time_zone.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <date/tz.h>

#include <poolder/core/error.hpp>

#include "schedule/last_rule.hpp"

// The library is built for one of two sources of zones, and its classes differ in size between
// them.
static_assert(USE_OS_TZDB == 1, "link the CMake target date::date-tz, which says how it was built");

namespace poolder::detail {

using std::chrono::sys_seconds;

[[noreturn]] static void refuse(std::string_view zone, std::string_view why) {
  std::string what = "time zone \"";
  what.append(zone).append("\" ").append(why);
  fail(ErrorCode::invalid_argument, what);
}

static bool has_database() {
  try {
    return !date::get_tzdb().zones.empty();
  } catch (const std::runtime_error&) {
    return false;
  }
}

static const date::time_zone& listed(std::string_view name) {
  if (!has_database())
    refuse(name, "is not known: the system has no time zone database (install tzdata)");
  try {
    const auto& zone = *date::locate_zone(name);
    zone.get_info(sys_seconds{});  // reads its file
    return zone;
  } catch (const std::runtime_error&) {
    refuse(name, "is not known: it must be an IANA name such as Europe/Berlin");
  }
}

// The rule that a zone's file ends with says how its clock goes on after the last change that the
// file lists, mostly that of 2037; in some systems' files it says all since 2007. The library reads
// the list alone.
static std::optional<LastRule> read_last_rule(const std::string& zone) {
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!content.ends_with('\n')) return std::nullopt;
  const auto end = content.size() - 1;
  const auto begin = content.rfind('\n', end - 1) + 1;
  return LastRule::parse(std::string_view(content).substr(begin, end - begin));
}

class TimeZone::Rules {
 public:
  explicit Rules(const date::time_zone& listed)
      : listed_(listed), last_rule_(read_last_rule(listed.name())) {}

  ClockPeriod at(sys_seconds time) const {
    const auto info = listed_.get_info(time);
    const bool is_last = info.end > date::sys_days{date::year{20000} / 1 / 1};
    if (!is_last || !last_rule_) return {info.begin, info.end, info.offset};
    const auto later = last_rule_->at(time);
    return {std::max(info.begin, later.begin), later.end, later.offset};
  }

 private:
  const date::time_zone& listed_;  // lives as long as the process
  std::optional<LastRule> last_rule_;
};

TimeZone TimeZone::find(std::string_view name) {
  if (name == "UTC" || name == "Etc/UTC") return {};
  thread_local std::map<std::string, TimeZone, std::less<>> known;
  if (const auto found = known.find(name); found != known.end()) return found->second;

  TimeZone zone(std::make_shared<Rules>(listed(name)));
  known.emplace(name, zone);
  return zone;
}

ClockPeriod TimeZone::at(sys_seconds time) const {
  if (!rules_) return {sys_seconds::min(), sys_seconds::max(), std::chrono::seconds{0}};
  return rules_->at(time);
}

}  // namespace poolder::detail
