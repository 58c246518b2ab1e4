#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A second opinion on when a cron expression fires, that shares no code with the library: it reads
/// zones through the C library, and walks through time minute by minute. It knows 2019-12-01 to
/// 2041, where clocks are set by whole minutes.
namespace poolder_tests::oracle {

using Seconds = std::int64_t;  // since 1970, in UTC or by a local clock
constexpr Seconds minute = 60, hour = 3600, day = 86'400;
constexpr Seconds window_begin = 1'575'158'400;  // 2019-12-01, a Sunday
constexpr std::size_t window_days = 7'702;       // to 2041

/// What an expression means, worked out by whoever wrote it.
struct Meaning {
  std::array<bool, 60> seconds{}, minutes{};
  std::array<bool, 24> hours{};
  std::array<bool, 32> days{};
  std::array<bool, 13> months{};
  std::array<bool, 7> weekdays{};
  bool day_is_restricted = false, weekday_is_restricted = false;
  bool star_in_hour_or_minute = false;
};

struct Date {
  std::size_t month, day, weekday;
};

/// The dates of the window, one after the other, as a printed calendar has them.
inline const std::vector<Date>& calendar() {
  static const std::vector<Date> dates = [] {
    std::vector<Date> all;
    Date date{12, 1, 0};
    for (int year = 2019; all.size() < window_days + 2;) {
      all.push_back(date);
      const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      const std::size_t lengths[] = {0,  31, leap ? 29U : 28U, 31, 30, 31, 30, 31, 31, 30, 31,
                                     30, 31};
      date.weekday = (date.weekday + 1) % 7;
      if (++date.day <= lengths[date.month]) continue;
      date.day = 1;
      if (++date.month <= 12) continue;
      date.month = 1;
      ++year;
    }
    return all;
  }();
  return dates;
}

/// A zone's clock, as the C library reads it. One at a time: it sets the process's zone.
class Clock {
 public:
  explicit Clock(const std::string& zone) : offsets_(window_days + 1), changed_(window_days) {
    ::setenv("TZ", (":" + zone).c_str(), 1);
    ::tzset();
    for (std::size_t i = 0; i <= window_days; ++i) offsets_[i] = ask(begin_of(i));
    for (std::size_t i = 0; i < window_days; ++i)
      if (offsets_[i] != offsets_[i + 1]) look_closely_at(i);
  }

  Seconds local(Seconds time) const {
    const auto since = static_cast<std::size_t>(time - window_begin);
    const auto& minutes = changed_[since / day];
    return time + (minutes.empty() ? offsets_[since / day] : minutes[since % day / minute]);
  }

  /// The first seconds at which the clock goes differently than the second before.
  const std::vector<Seconds>& changes() const { return changes_; }

 private:
  static Seconds begin_of(std::size_t i) { return window_begin + static_cast<Seconds>(i) * day; }

  static Seconds ask(Seconds time) {
    const std::time_t asked = time;
    std::tm local{};
    ::localtime_r(&asked, &local);
    assert(local.tm_gmtoff % minute == 0);
    return local.tm_gmtoff;
  }

  void look_closely_at(std::size_t i) {
    for (Seconds at = begin_of(i); at < begin_of(i + 1); at += minute) {
      const auto offset = ask(at);
      changed_[i].push_back(offset);
      const auto before = changed_[i].size() > 1 ? changed_[i].end()[-2] : offsets_[i];
      if (offset != before) changes_.push_back(at);
    }
    if (changed_[i].back() != offsets_[i + 1]) changes_.push_back(begin_of(i + 1));
  }

  std::vector<Seconds> offsets_;               // at the beginning of each day of UTC
  std::vector<std::vector<Seconds>> changed_;  // minute by minute, of days with a change
  std::vector<Seconds> changes_;
};

/// Walks through time and says where the expression fires.
class Walk {
 public:
  using Visitor = std::function<bool(Seconds)>;  // false: enough

  Walk(const Meaning& meaning, const Clock& clock) : meaning_(meaning), clock_(clock) {}

  /// Shows every firing after `after` and before `until`, in order.
  void visit(Seconds after, Seconds until, const Visitor& visitor) {
    Seconds time = after - after % minute;
    auto latest = latest_before(time);

    for (; time < until; time += minute) {
      const auto local = clock_.local(time);
      if (can_skip_the_day(time, local, latest)) {
        time += day - minute;
        latest = local + day - minute;
        continue;
      }
      if (!visit_minute(time, local, latest, after, visitor)) return;
      latest = std::max(latest, local);
    }
  }

  std::optional<Seconds> first(Seconds after, Seconds until) {
    std::optional<Seconds> found;
    visit(after, until, [&](Seconds at) { return found = at, false; });
    return found;
  }

 private:
  // The last minute that the clock has shown before `time`.
  Seconds latest_before(Seconds time) const {
    const auto two_days_ago = clock_.local(time - 2 * day);
    if (clock_.local(time) == two_days_ago + 2 * day) return clock_.local(time) - minute;
    Seconds latest = two_days_ago;
    for (auto at = time - 2 * day; at < time; at += minute)
      latest = std::max(latest, clock_.local(at));
    return latest;
  }

  bool visit_minute(Seconds time, Seconds local, Seconds latest, Seconds after,
                    const Visitor& visitor) {
    const bool only_once = !meaning_.star_in_hour_or_minute;
    if (only_once && local <= latest) return true;
    if (only_once && time > after && !at_whole_minute(local) && skipped_one(latest, local))
      if (!visitor(time)) return false;
    if (!matches(local)) return true;
    for (std::size_t second = 0; second < 60; ++second) {
      const auto at = time + static_cast<Seconds>(second);
      if (meaning_.seconds[second] && at > after && !visitor(at)) return false;
    }
    return true;
  }

  // It fires at this very second anyway.
  bool at_whole_minute(Seconds local) const { return matches(local) && meaning_.seconds[0]; }

  bool skipped_one(Seconds latest, Seconds local) const {
    for (auto skipped = latest + minute; skipped < local; skipped += minute)
      if (matches(skipped)) return true;
    return false;
  }

  // Midnight of a date that does not match, with nothing unusual going on.
  bool can_skip_the_day(Seconds time, Seconds local, Seconds latest) const {
    return local % day == 0 && latest == local - minute && !date_matches(local) &&
           clock_.local(time + day) == local + day;
  }

  bool matches(Seconds local) const {
    const auto of_day = static_cast<std::size_t>(local % day);
    return meaning_.minutes[of_day / 60 % 60] && meaning_.hours[of_day / 3600] &&
           date_matches(local);
  }

  bool date_matches(Seconds local) const {
    const auto& date = calendar().at(static_cast<std::size_t>((local - window_begin) / day));
    const bool by_day = meaning_.days[date.day], by_weekday = meaning_.weekdays[date.weekday];
    if (!meaning_.months[date.month]) return false;
    if (meaning_.day_is_restricted && meaning_.weekday_is_restricted) return by_day || by_weekday;
    return by_day && by_weekday;
  }

  const Meaning& meaning_;
  const Clock& clock_;
};

}  // namespace poolder_tests::oracle
