// refused: refused_cron::no_month_has_such_a_day
#include <poolder/poolder.hpp>
struct Literal {
  consteval Literal(const char* text) : cron(poolder::Cron::parse(text)) {}
  poolder::Cron cron;
};
#ifdef CONTROL
poolder::Cron cron() { return Literal("0 0 29 2 *").cron; }
#else
poolder::Cron cron() { return Literal("0 0 30 2 *").cron; }
#endif
