#include <poolder/poolder.hpp>

struct Adder {
  int handle_call(int number) { return number + 1; }
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Adder> pool{runtime, {.name = "adders", .size = 1}};
  return pool.call(1) == 2 ? 0 : 1;
}
