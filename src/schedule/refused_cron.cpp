#include <string>

#include <poolder/core/error.hpp>
#include <poolder/schedule/detail/refused_cron.hpp>

namespace poolder::detail::refused_cron {

using View = std::string_view;

[[noreturn]] static void refuse(View expression, View field, View text, View rule) {
  std::string what = "cron \"";
  what.append(expression).append("\": ");
  what.append(field).append(" \"").append(text).append("\" ").append(rule);
  fail(ErrorCode::invalid_argument, what);
}

void must_have_5_fields_or_6_with_seconds_first(View expression, View text) {
  refuse(expression, "expression", text,
         "must have 5 fields (minute hour day month weekday), or 6 with the second first, divided "
         "by one blank each");
}
void must_be_one_of_the_known_aliases(View expression, View text) {
  refuse(expression, "alias", text,
         "must be one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, "
         "@every_minute, @every_second");
}
void no_month_has_such_a_day(View expression, View text) {
  refuse(expression, "day of month", text, "never comes in any of the months");
}

void second_must_be_0_to_59(View expression, View text) {
  refuse(expression, "second", text, "must be 0 to 59");
}
void minute_must_be_0_to_59(View expression, View text) {
  refuse(expression, "minute", text, "must be 0 to 59");
}
void hour_must_be_0_to_23(View expression, View text) {
  refuse(expression, "hour", text, "must be 0 to 23");
}
void day_of_month_must_be_1_to_31(View expression, View text) {
  refuse(expression, "day of month", text, "must be 1 to 31");
}
void month_must_be_1_to_12_or_jan_to_dec(View expression, View text) {
  refuse(expression, "month", text, "must be 1 to 12 or JAN to DEC");
}
void weekday_must_be_0_to_7_or_sun_to_sat(View expression, View text) {
  refuse(expression, "weekday", text, "must be 0 to 7 or SUN to SAT");
}

void second_step_must_be_1_to_60(View expression, View text) {
  refuse(expression, "second step", text, "must be 1 to 60");
}
void minute_step_must_be_1_to_60(View expression, View text) {
  refuse(expression, "minute step", text, "must be 1 to 60");
}
void hour_step_must_be_1_to_24(View expression, View text) {
  refuse(expression, "hour step", text, "must be 1 to 24");
}
void day_of_month_step_must_be_1_to_31(View expression, View text) {
  refuse(expression, "day of month step", text, "must be 1 to 31");
}
void month_step_must_be_1_to_12(View expression, View text) {
  refuse(expression, "month step", text, "must be 1 to 12");
}
void weekday_step_must_be_1_to_7(View expression, View text) {
  refuse(expression, "weekday step", text, "must be 1 to 7");
}

void second_range_must_go_upwards(View expression, View text) {
  refuse(expression, "second range", text, "must go upwards");
}
void minute_range_must_go_upwards(View expression, View text) {
  refuse(expression, "minute range", text, "must go upwards");
}
void hour_range_must_go_upwards(View expression, View text) {
  refuse(expression, "hour range", text, "must go upwards");
}
void day_of_month_range_must_go_upwards(View expression, View text) {
  refuse(expression, "day of month range", text, "must go upwards");
}
void month_range_must_go_upwards(View expression, View text) {
  refuse(expression, "month range", text, "must go upwards");
}
void weekday_range_must_go_upwards(View expression, View text) {
  refuse(expression, "weekday range", text, "must go upwards");
}

}  // namespace poolder::detail::refused_cron
