// refused: refused_cron::month_must_be_1_to_12_or_jan_to_dec
#include <poolder/poolder.hpp>
struct Literal {
  consteval Literal(const char* text) : cron(poolder::Cron::parse(text)) {}
  poolder::Cron cron;
};
#ifdef CONTROL
poolder::Cron cron() { return Literal("0 0 1 12 *").cron; }
#else
poolder::Cron cron() { return Literal("0 0 1 13 *").cron; }
#endif
