#pragma once

#include <atomic>
#include <string>
#include <vector>

#include <poolder/factory/factory_pool.hpp>

namespace poolder_tests {

// What two source files of one program send to one another's workers.

struct Greeting {
  std::string words;
};
struct Number {
  int value;
};
struct Heard {
  std::atomic<int> greetings{0}, numbers{0};
};

struct Polite {
  explicit Polite(Heard* its_notes) : notes(its_notes) {}
  void handle_job(const Greeting&) { ++notes->greetings; }
  Heard* notes;
};
struct Clerk {
  explicit Clerk(Heard* its_notes) : notes(its_notes) {}
  void handle_job(Greeting, poolder::Context&) { ++notes->greetings; }
  void handle_job(Number&& number) { notes->numbers += number.value; }
  Heard* notes;
};

/// Starts one of each in a source file that broadcasts nothing.
void start_both(poolder::FactoryPool& factory, const std::string& group, Heard& notes);

/// A type of that name stands in both source files, and is another in each.
std::size_t broadcast_homonym(poolder::FactoryPool& factory, const std::string& group);

}  // namespace poolder_tests
