#include <chrono>

#include <poolder/poolder.hpp>

struct Adder {
  int handle_call(int number) { return number + 1; }
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Adder> pool{runtime, {.name = "adders", .size = 1}};
  const bool counts = pool.call(1) == 2;

  const auto midnight = poolder::Cron::parse("@daily").next({}, "Asia/Tokyo");
  const bool knows_zones = midnight.time_since_epoch() == std::chrono::hours{15};
  return counts && knows_zones ? 0 : 1;
}
