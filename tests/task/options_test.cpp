#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>
#include <poolder/task/tasker.hpp>

#include "support/error_of.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::broken_rule;
using poolder::detail::TaskerRule;

namespace {

static_assert(broken_rule({}) == TaskerRule::none);
static_assert(broken_rule({.limit = 0}) == TaskerRule::limit);
static_assert(broken_rule({.hibernate_after = 0ms}) == TaskerRule::hibernate_after);
static_assert(broken_rule({.queue = {.capacity = 0}}) == TaskerRule::capacity);
static_assert(broken_rule({.queue = {.max_wait = 0ms}}) == TaskerRule::max_wait);
static_assert(broken_rule({.shutdown = -1ms}) == TaskerRule::shutdown);
static_assert(broken_rule({.shutdown = 0ms}) == TaskerRule::none);

TEST(TaskerOptions, ThatBreakARuleAreRefusedInItsWords) {
  Runtime runtime{{.threads = 1}};
  const auto words = [&](TaskerOptions options) {
    EXPECT_EQ(error_of([&] { Tasker{runtime, options}; }), ErrorCode::invalid_argument);
    return words_of([&] { Tasker{runtime, options}; });
  };
  const std::string begin = "poolder: invalid_argument: TaskerOptions.";

  EXPECT_EQ(words({.limit = 0}), begin + "limit must be at least 1; it is 0");
  EXPECT_EQ(words({.hibernate_after = -3ms}),
            begin + "hibernate_after must be above 0; it is -3 ms");
  EXPECT_EQ(words({.queue = {.capacity = 0}}),
            begin + "queue.capacity must be at least 1; it is 0");
  EXPECT_EQ(words({.queue = {.max_wait = 0ms}}),
            begin + "queue.max_wait must be above 0; it is 0 ms");
  EXPECT_EQ(words({.shutdown = -1ms}), begin + "shutdown must not be negative; it is -1 ms");
}

}  // namespace
