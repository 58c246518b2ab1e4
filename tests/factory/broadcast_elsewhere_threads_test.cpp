#include "factory/broadcast_workers.hpp"

namespace poolder_tests {

namespace {

struct Homonym {};

}  // namespace

void start_both(poolder::FactoryPool& factory, const std::string& group, Heard& notes) {
  factory.start_child<Polite>(group, &notes);
  factory.start_child<Clerk>(group, &notes);
}

std::size_t broadcast_homonym(poolder::FactoryPool& factory, const std::string& group) {
  return factory.broadcast(group, Homonym{});
}

}  // namespace poolder_tests
