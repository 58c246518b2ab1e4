#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <poolder/schedule/detail/cron_fields.hpp>
#include <poolder/schedule/detail/refused_cron.hpp>

namespace poolder::detail {

/// What one field may contain, and which function refuses what it may not.
struct CronGrammar {
  using Refusal = void (*)(std::string_view expression, std::string_view text);

  CronField field;
  int lowest;
  int highest;             // what `*` and `n/step` go up to
  int highest_written;     // weekday 7 is written, 0 is meant
  std::string_view names;  // three letters each, the first is `lowest`
  Refusal refuse_value;
  Refusal refuse_step;
  Refusal refuse_range;

  constexpr int size() const { return highest - lowest + 1; }
  constexpr std::uint64_t every_value() const {
    return ((std::uint64_t{1} << size()) - 1) << lowest;
  }
};

inline constexpr CronGrammar cron_grammars[] = {
    {CronField::second, 0, 59, 59, "", refused_cron::second_must_be_0_to_59,
     refused_cron::second_step_must_be_1_to_60, refused_cron::second_range_must_go_upwards},
    {CronField::minute, 0, 59, 59, "", refused_cron::minute_must_be_0_to_59,
     refused_cron::minute_step_must_be_1_to_60, refused_cron::minute_range_must_go_upwards},
    {CronField::hour, 0, 23, 23, "", refused_cron::hour_must_be_0_to_23,
     refused_cron::hour_step_must_be_1_to_24, refused_cron::hour_range_must_go_upwards},
    {CronField::day, 1, 31, 31, "", refused_cron::day_of_month_must_be_1_to_31,
     refused_cron::day_of_month_step_must_be_1_to_31,
     refused_cron::day_of_month_range_must_go_upwards},
    {CronField::month, 1, 12, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC",
     refused_cron::month_must_be_1_to_12_or_jan_to_dec, refused_cron::month_step_must_be_1_to_12,
     refused_cron::month_range_must_go_upwards},
    {CronField::weekday, 0, 6, 7, "SUNMONTUEWEDTHUFRISAT",
     refused_cron::weekday_must_be_0_to_7_or_sun_to_sat, refused_cron::weekday_step_must_be_1_to_7,
     refused_cron::weekday_range_must_go_upwards}};

constexpr char upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

constexpr bool same_in_any_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (upper(a[i]) != upper(b[i])) return false;
  return true;
}

/// The part of `text` before the first `divider`, which is taken off its front with it.
constexpr std::string_view take_until(char divider, std::string_view& text) {
  const auto at = text.find(divider);
  const auto taken = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return taken;
}

/// A number written in digits; -1 where it is none, or beyond all that cron knows.
constexpr int cron_number(std::string_view digits) {
  if (digits.empty()) return -1;
  int number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    number = 10 * number + (digit - '0');
    if (number > 60) return -1;
  }
  return number;
}

/// Reads one field. The expression is for errors alone.
class CronFieldParser {
 public:
  constexpr CronFieldParser(const CronGrammar& grammar, std::string_view expression)
      : grammar_(grammar), expression_(expression) {}

  constexpr void parse(std::string_view text, CronFields& into) {
    const auto items = 1 + count(text, ',');
    for (std::size_t i = 0; i < items; ++i) parse_item(take_until(',', text));
    into.of(grammar_.field) = values_;
    into.opens(grammar_.field) = is_open();
  }

  static constexpr std::size_t count(std::string_view text, char wanted) {
    std::size_t found = 0;
    for (const char each : text) found += each == wanted ? 1U : 0U;
    return found;
  }

 private:
  constexpr void parse_item(std::string_view item) {
    const bool stepped = count(item, '/') > 0;
    auto text = item;
    const auto values = take_until('/', text);
    const int step = stepped ? parse_step(text) : 1;
    has_step_ = has_step_ || stepped;

    if (values == "*") {
      has_star_ = true;
      add(grammar_.lowest, grammar_.highest, step);
    } else if (count(values, '-') > 0) {
      parse_range(values, step);
    } else {
      const int value = parse_value(values);
      const int first = value > grammar_.highest ? grammar_.lowest : value;
      add(first, stepped ? grammar_.highest : first, step);
    }
  }

  constexpr void parse_range(std::string_view range, int step) {
    auto rest = range;
    const int first = parse_value(take_until('-', rest));
    int last = parse_value(rest);
    const bool to_sunday_by_name = last == 0 && cron_number(rest) < 0;
    if (to_sunday_by_name && first > 0) last = grammar_.highest_written;
    if (first >= last) grammar_.refuse_range(expression_, range);
    add(first, last, step);
  }

  constexpr int parse_step(std::string_view text) const {
    const int step = cron_number(text);
    if (step < 1 || step > grammar_.size()) grammar_.refuse_step(expression_, text);
    return step;
  }

  constexpr int parse_value(std::string_view text) const {
    const int number = cron_number(text);
    if (number >= grammar_.lowest && number <= grammar_.highest_written) return number;
    for (std::size_t i = 0; 3 * i < grammar_.names.size(); ++i)
      if (same_in_any_case(text, grammar_.names.substr(3 * i, 3)))
        return grammar_.lowest + static_cast<int>(i);
    grammar_.refuse_value(expression_, text);
    return number;
  }

  constexpr void add(int first, int last, int step) {
    for (int value = first; value <= last; value += step)
      values_ |= std::uint64_t{1} << (value > grammar_.highest ? grammar_.lowest : value);
  }

  constexpr bool is_open() const {
    const bool is_date = grammar_.field == CronField::day || grammar_.field == CronField::weekday;
    const bool is_time = grammar_.field == CronField::hour || grammar_.field == CronField::minute;
    if (is_date) return values_ == grammar_.every_value() && !has_step_;
    return is_time && has_star_;
  }

  const CronGrammar& grammar_;
  std::string_view expression_;
  std::uint64_t values_ = 0;
  bool has_star_ = false;
  bool has_step_ = false;
};

/// Whether the day of month comes in one of the months, or the weekday can match without it.
constexpr bool can_match_a_date(const CronFields& fields) {
  if (!fields.opens(CronField::weekday)) return true;
  constexpr int longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) {
    const auto days = (std::uint64_t{1} << (longest[month] + 1)) - 1;
    const bool is_in = (fields.of(CronField::month) >> month & 1) != 0;
    if (is_in && (fields.of(CronField::day) & days) != 0) return true;
  }
  return false;
}

/// The fields that an alias stands for.
constexpr std::string_view unalias(std::string_view expression, std::string_view alias) {
  constexpr struct {
    std::string_view name, meaning;
  } known[] = {
      {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},     {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},        {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"}, {"@every_minute", "* * * * *"}, {"@every_second", "* * * * * *"}};
  for (const auto& each : known)
    if (same_in_any_case(each.name, alias)) return each.meaning;
  refused_cron::must_be_one_of_the_known_aliases(expression, alias);
}

/// Reads a cron expression, while compiling and at run time alike. See Cron for the grammar.
constexpr CronFields parse_cron(std::string_view expression) {
  auto text = expression;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('@')) text = unalias(expression, text);

  const auto size = 1 + CronFieldParser::count(text, ' ');
  if (size != 5 && size != 6)
    refused_cron::must_have_5_fields_or_6_with_seconds_first(expression, text);

  CronFields fields;
  std::string_view day;
  if (size == 5) fields.of(CronField::second) = 1;
  for (std::size_t i = 6 - size; i < 6; ++i) {
    const auto field = take_until(' ', text);
    if (cron_grammars[i].field == CronField::day) day = field;
    CronFieldParser(cron_grammars[i], expression).parse(field, fields);
  }
  if (!can_match_a_date(fields)) refused_cron::no_month_has_such_a_day(expression, day);
  return fields;
}

}  // namespace poolder::detail
