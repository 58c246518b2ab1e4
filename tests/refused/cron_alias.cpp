// refused: refused_cron::must_be_one_of_the_known_aliases
#include <poolder/poolder.hpp>
struct Literal {
  consteval Literal(const char* text) : cron(poolder::Cron::parse(text)) {}
  poolder::Cron cron;
};
#ifdef CONTROL
poolder::Cron cron() { return Literal("@daily").cron; }
#else
poolder::Cron cron() { return Literal("@dayly").cron; }
#endif
