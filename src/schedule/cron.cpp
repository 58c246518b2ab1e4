#include <bit>
#include <cstdint>

#include <poolder/core/error.hpp>
#include <poolder/schedule/cron.hpp>

#include "schedule/cron_next.hpp"

namespace poolder {

using detail::CronField;
using detail::CronGrammar;

std::chrono::sys_seconds Cron::next(std::chrono::sys_seconds after,
                                    std::string_view time_zone) const {
  const auto zone = detail::TimeZone::find(time_zone);
  if (const auto next = detail::next_firing(fields_, after, zone)) return *next;
  detail::fail(ErrorCode::invalid_argument,
               "cron \"" + to_string() + "\": no time is left before the year 10000");
}

// The values lowest, lowest + step, ... of a field.
static std::uint64_t every(int step, const CronGrammar& grammar) {
  std::uint64_t values = 0;
  for (int value = grammar.lowest; value <= grammar.highest; value += step)
    values |= std::uint64_t{1} << value;
  return values;
}

static void append_item(std::string& text, const std::string& item) {
  if (!text.empty()) text += ',';
  text += item;
}

// Ranges where three values or more follow one another, else numbers.
static void append_list(std::string& text, std::uint64_t values) {
  while (values != 0) {
    const int first = std::countr_zero(values);
    const int length = std::countr_one(values >> first);
    const int last = length > 2 ? first + length - 1 : first;
    std::string item = std::to_string(first);
    if (last > first) item.append("-").append(std::to_string(last));
    append_item(text, item);
    values &= ~std::uint64_t{0} << (last + 1);
  }
}

// The shortest step whose values are all among these; 0: none that deserves the name.
static int step_of(std::uint64_t values, const CronGrammar& grammar, bool must_have_star) {
  for (int step = 1; step <= grammar.size(); ++step) {
    const auto stepped = every(step, grammar);
    const bool covers = must_have_star ? (stepped & ~values) == 0 : stepped == values;
    if (covers && (must_have_star || std::popcount(stepped) > 2)) return step;
  }
  return 0;
}

static std::string field_text(const detail::CronFields& fields, const CronGrammar& grammar) {
  const auto values = fields.of(grammar.field);
  const bool open = fields.opens(grammar.field);
  const bool is_time = grammar.field == CronField::minute || grammar.field == CronField::hour;
  const bool is_date = grammar.field == CronField::day || grammar.field == CronField::weekday;

  std::string text;
  if (values == grammar.every_value() && (open || (!is_time && !is_date))) return "*";
  const bool may_have_star = open || !is_time;
  const int step = may_have_star ? step_of(values, grammar, is_time) : 0;
  if (step > 0) text = "*/" + std::to_string(step);
  append_list(text, step > 0 ? values & ~every(step, grammar) : values);
  return text;
}

std::string Cron::to_string() const {
  std::string text;
  for (const auto& grammar : detail::cron_grammars) {
    if (grammar.field == CronField::second && fields_.of(CronField::second) == 1) continue;
    if (!text.empty()) text += ' ';
    text += field_text(fields_, grammar);
  }
  return text;
}

}  // namespace poolder
