#include <algorithm>
#include <chrono>
#include <limits>
#include <string_view>

#include <gtest/gtest.h>

#include <poolder/worker/retry.hpp>

using namespace std::chrono_literals;
using namespace poolder;
using detail::broken_rule;
using detail::Random;
using detail::retry_delay;

namespace {

TEST(RetryDelay, IsTheBackoffWhileTheFactorIsOne) {
  Random random{1};
  const RetryPolicy policy{.max_attempts = 9, .backoff = 20ms};

  for (int failed = 1; failed < 9; ++failed) EXPECT_EQ(retry_delay(policy, failed, random), 20ms);
}

TEST(RetryDelay, GrowsByTheFactorUpToTheCap) {
  Random random{1};
  const RetryPolicy policy{.max_attempts = 9, .backoff = 10ms, .factor = 2.0, .max_backoff = 50ms};

  EXPECT_EQ(retry_delay(policy, 1, random), 10ms);
  EXPECT_EQ(retry_delay(policy, 2, random), 20ms);
  EXPECT_EQ(retry_delay(policy, 3, random), 40ms);
  EXPECT_EQ(retry_delay(policy, 4, random), 50ms);
  EXPECT_EQ(retry_delay(policy, 1'000'000, random), 50ms);
}

TEST(RetryDelay, NeverOverflows) {
  Random random{1};
  const RetryPolicy policy{.max_attempts = 1'000, .backoff = 1h, .factor = 1e9};

  for (int failed = 1; failed < 1'000; failed += 50)
    EXPECT_GE(retry_delay(policy, failed, random), 1h);
}

TEST(RetryDelay, DrawsTheShareThatJitterSaysAndNoMore) {
  Random random{1};
  const RetryPolicy policy{.max_attempts = 2, .backoff = 100ms, .jitter = 0.25};
  Duration least = infinity, most{0};

  for (int i = 0; i < 1'000; ++i) {
    const Duration drawn = retry_delay(policy, 1, random);
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }

  EXPECT_GE(least, 75ms);
  EXPECT_LT(least, 77ms);
  EXPECT_LE(most, 100ms);
  EXPECT_GT(most, 98ms);
}

TEST(RetryDelay, IsNothingWithoutABackoff) {
  Random random{1};

  EXPECT_EQ(retry_delay({.max_attempts = 3, .factor = 8.0, .jitter = 1.0}, 2, random), 0ns);
}

// D-01 of Poolder: a count of 0 attempts was taken, and no job ever ran.
TEST(RetryPolicy, SaysWhichRuleItBreaks) {
  const auto breaks = [](RetryPolicy policy, std::string_view field) {
    const char* words = broken_rule(policy);
    return words && std::string_view(words).find(field) != std::string_view::npos;
  };

  EXPECT_EQ(broken_rule(RetryPolicy{}), nullptr);
  EXPECT_EQ(broken_rule({.max_attempts = 9, .backoff = 1s, .factor = 2.0, .jitter = 1.0}), nullptr);
  EXPECT_TRUE(breaks({.max_attempts = 0}, "max_attempts"));
  EXPECT_TRUE(breaks({.backoff = -1ns}, "retry.backoff"));
  EXPECT_TRUE(breaks({.factor = 0.5}, "factor"));
  EXPECT_TRUE(breaks({.factor = std::numeric_limits<double>::quiet_NaN()}, "factor"));
  EXPECT_TRUE(breaks({.max_backoff = -1ns}, "max_backoff"));
  EXPECT_TRUE(breaks({.jitter = 1.5}, "jitter"));
  EXPECT_TRUE(breaks({.jitter = -0.1}, "jitter"));
}

}  // namespace
