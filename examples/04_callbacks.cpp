// Named callbacks: what a worker tells the world, bound while compiling.

#include <chrono>
#include <cstdio>
#include <string>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

static void announce(const std::string& channel, const std::string& text) {
  std::printf("[%s] %s\n", channel.c_str(), text.c_str());
}

struct Order {
  int number;
};

struct Clerk {
  static constexpr auto callbacks = poolder::callbacks(poolder::callback<"placed">(&announce));

  auto handle_job(const Order& order) {
    return poolder::emit<"placed">("orders",
                                   "order " + std::to_string(order.number) + " was placed");
  }
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Clerk> pool{runtime, {.name = "clerks", .size = 1}};
  for (int i = 1; i <= 3; ++i) pool.cast(Order{i});
  pool.drain(5s);
}
