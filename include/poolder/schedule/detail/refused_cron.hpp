#pragma once

#include <string_view>

/// The mistakes of cron expressions, each a function that throws Error{invalid_argument}. None is
/// constexpr: where an expression is parsed while compiling, the compiler's error is the name of
/// the function that would be called.
namespace poolder::detail::refused_cron {

[[noreturn]] void must_have_5_fields_or_6_with_seconds_first(std::string_view expression,
                                                             std::string_view text);
[[noreturn]] void must_be_one_of_the_known_aliases(std::string_view expression,
                                                   std::string_view text);
[[noreturn]] void no_month_has_such_a_day(std::string_view expression, std::string_view text);

[[noreturn]] void second_must_be_0_to_59(std::string_view expression, std::string_view text);
[[noreturn]] void minute_must_be_0_to_59(std::string_view expression, std::string_view text);
[[noreturn]] void hour_must_be_0_to_23(std::string_view expression, std::string_view text);
[[noreturn]] void day_of_month_must_be_1_to_31(std::string_view expression, std::string_view text);
[[noreturn]] void month_must_be_1_to_12_or_jan_to_dec(std::string_view expression,
                                                      std::string_view text);
[[noreturn]] void weekday_must_be_0_to_7_or_sun_to_sat(std::string_view expression,
                                                       std::string_view text);

[[noreturn]] void second_step_must_be_1_to_60(std::string_view expression, std::string_view text);
[[noreturn]] void minute_step_must_be_1_to_60(std::string_view expression, std::string_view text);
[[noreturn]] void hour_step_must_be_1_to_24(std::string_view expression, std::string_view text);
[[noreturn]] void day_of_month_step_must_be_1_to_31(std::string_view expression,
                                                    std::string_view text);
[[noreturn]] void month_step_must_be_1_to_12(std::string_view expression, std::string_view text);
[[noreturn]] void weekday_step_must_be_1_to_7(std::string_view expression, std::string_view text);

[[noreturn]] void second_range_must_go_upwards(std::string_view expression, std::string_view text);
[[noreturn]] void minute_range_must_go_upwards(std::string_view expression, std::string_view text);
[[noreturn]] void hour_range_must_go_upwards(std::string_view expression, std::string_view text);
[[noreturn]] void day_of_month_range_must_go_upwards(std::string_view expression,
                                                     std::string_view text);
[[noreturn]] void month_range_must_go_upwards(std::string_view expression, std::string_view text);
[[noreturn]] void weekday_range_must_go_upwards(std::string_view expression, std::string_view text);

}  // namespace poolder::detail::refused_cron
