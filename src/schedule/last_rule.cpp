#include "schedule/last_rule.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace poolder::detail {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::year;

std::chrono::local_seconds YearlyMoment::in(year year) const {
  const local_days new_year{year / 1 / 1};
  switch (kind) {
    case Kind::week_of_month: {
      const std::chrono::weekday day(static_cast<unsigned>(weekday));
      if (week == 5) return local_days{year / month / day[std::chrono::last]} + time;
      return local_days{year / month / day[static_cast<unsigned>(week)]} + time;
    }
    case Kind::day_without_leap_day: {
      const bool after_leap_day = year.is_leap() && day_of_year >= 60;
      return new_year + days{day_of_year - 1 + (after_leap_day ? 1 : 0)} + time;
    }
    case Kind::day:
      break;
  }
  return new_year + days{day_of_year} + time;
}

ClockPeriod LastRule::at(sys_seconds time) const {
  ClockPeriod period{sys_seconds::min(), sys_seconds::max(), offset_};
  if (!summer_) return period;

  // The latest change so far is in force, the nearest after it ends that, in either hemisphere.
  const auto change = [&](sys_seconds when, seconds offset) {
    if (when <= time && when > period.begin) {
      period.begin = when;
      period.offset = offset;
    }
    if (when > time && when < period.end) period.end = when;
  };
  const auto this_year = std::chrono::year_month_day{std::chrono::floor<days>(time)}.year();
  for (int i = -1; i <= 1; ++i) {
    const auto year = this_year + std::chrono::years{i};
    const auto begin = summer_->begin.in(year).time_since_epoch() - offset_;
    const auto end = summer_->end.in(year).time_since_epoch() - summer_->offset;
    change(sys_seconds{begin}, summer_->offset);
    change(sys_seconds{end}, offset_);
  }
  return period;
}

/// Takes what it reads off the front of the text. Whatever is wrong makes `failed_` true.
class LastRuleParser {
 public:
  explicit LastRuleParser(std::string_view text) : text_(text) {}

  std::optional<LastRule> parse() {
    name();
    const auto offset = -time();  // west of Greenwich is positive here
    std::optional<SummerTime> summer;
    if (!text_.empty()) summer = summer_time(offset);
    if (failed_ || !text_.empty()) return std::nullopt;
    return LastRule(offset, summer);
  }

 private:
  SummerTime summer_time(seconds standard) {
    SummerTime summer;
    name();
    summer.offset = text_.starts_with(',') ? standard + std::chrono::hours{1} : -time();
    summer.begin = yearly();
    summer.end = yearly();
    return summer;
  }

  void name() {
    const bool quoted = take('<');
    const auto length = quoted ? text_.find('>') : text_.find_first_of("+-0123456789,");
    failed_ = failed_ || length == 0 || (quoted && length == text_.npos);
    text_.remove_prefix(std::min(length, text_.size()));
    if (quoted) require('>');
  }

  YearlyMoment yearly() {
    YearlyMoment moment;
    require(',');
    if (take('M')) {
      moment.month = number(1, 12);
      require('.');
      moment.week = number(1, 5);
      require('.');
      moment.weekday = number(0, 6);
    } else if (take('J')) {
      moment.kind = YearlyMoment::Kind::day_without_leap_day;
      moment.day_of_year = number(1, 365);
    } else {
      moment.kind = YearlyMoment::Kind::day;
      moment.day_of_year = number(0, 365);
    }
    if (take('/')) moment.time = time();
    return moment;
  }

  // [+-]hh[:mm[:ss]]
  seconds time() {
    const bool negative = take('-');
    if (!negative) take('+');
    int total = 3600 * number(0, 167);
    if (take(':')) total += 60 * number(0, 59);
    if (take(':')) total += number(0, 59);
    return seconds{negative ? -total : total};
  }

  int number(int lowest, int highest) {
    int value = -1;
    const auto [rest, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    text_.remove_prefix(static_cast<std::size_t>(rest - text_.data()));
    failed_ = failed_ || error != std::errc{} || value < lowest || value > highest;
    return failed_ ? lowest : value;
  }

  bool take(char wanted) {
    const bool is_next = text_.starts_with(wanted);
    if (is_next) text_.remove_prefix(1);
    return is_next;
  }

  void require(char wanted) { failed_ = !take(wanted) || failed_; }

  std::string_view text_;
  bool failed_ = false;
};

std::optional<LastRule> LastRule::parse(std::string_view text) {
  return LastRuleParser(text).parse();
}

}  // namespace poolder::detail
