#include <string>

#include <gtest/gtest.h>

#include <poolder/core/error.hpp>
#include <poolder/pool/options.hpp>

#include "support/error_of.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using detail::broken_rule;
using detail::PoolRule;

namespace {

// The one sentence that a program sees, by whichever door it came.
void expect_words(const PoolOptions& options, const std::string& rule, const std::string& value) {
  const auto check = [&] { detail::check(options); };

  EXPECT_EQ(poolder_tests::error_of(check), ErrorCode::invalid_argument);
  const std::string words = poolder_tests::words_of(check);
  EXPECT_NE(words.find(rule), std::string::npos) << words;
  EXPECT_NE(words.find(value), std::string::npos) << words;
}

TEST(PoolOptions, AreFineAsTheyCome) {
  static_assert(broken_rule(PoolOptions{}) == PoolRule::none);

  EXPECT_NO_THROW(detail::check(PoolOptions{}));
}

TEST(PoolOptions, MayBeAtTheirLimits) {
  EXPECT_NO_THROW(detail::check({.size = 1}));
  EXPECT_NO_THROW(detail::check({.size = detail::largest_pool}));
  EXPECT_NO_THROW(detail::check({.queue = {.capacity = 1}}));
  EXPECT_NO_THROW(detail::check({.call_timeout = 0s, .shutdown = 0s}));
  EXPECT_NO_THROW(detail::check({.call_timeout = infinity, .shutdown = infinity}));
  EXPECT_NO_THROW(detail::check({.restart = {.max_restarts = 0, .period = 1ns}}));
}

TEST(PoolOptions, NameTheFieldTheRuleAndTheValueThatBreaksIt) {
  expect_words({.size = 0}, "PoolOptions.size must be at least 1", "0");
  expect_words({.size = detail::largest_pool + 1}, "PoolOptions.size must be at most 2^24",
               "16777217");
  expect_words({.queue = {.capacity = 0}}, "PoolOptions.queue.capacity must be at least 1", "0");
  expect_words({.queue = {.max_wait = 0s}}, "PoolOptions.queue.max_wait must be above 0", "0 ms");
  expect_words({.restart = {.max_restarts = -1}},
               "PoolOptions.restart.max_restarts must not be negative", "-1");
  expect_words({.restart = {.period = 0s}}, "its period must be above 0", "0 ms");
  expect_words({.call_timeout = -1s}, "PoolOptions.call_timeout must not be negative", "-1000 ms");
  expect_words({.shutdown = -1s}, "PoolOptions.shutdown must not be negative", "-1000 ms");
}

}  // namespace
