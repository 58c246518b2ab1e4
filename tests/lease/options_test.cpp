#include <gtest/gtest.h>

#include <poolder/lease/options.hpp>

#include "support/error_of.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

std::string words_for(const LeasePoolOptions& options) {
  return words_of([&] { detail::check(options); });
}

TEST(LeasePoolOptions, TheDefaultsAndTheEdgesAreFine) {
  EXPECT_EQ(words_for({}), "");
  EXPECT_EQ(words_for({.size = 0}), "");
  EXPECT_EQ(words_for({.size = 5, .min_size = 5, .max_size = 5}), "");
  EXPECT_EQ(words_for({.overflow_linger = infinity, .checkout_timeout = 0s, .shutdown = 0s}), "");
}

TEST(LeasePoolOptions, ABrokenRuleIsNamedWithTheFieldAndTheValue) {
  EXPECT_NE(words_for({.max_size = 0}).find("max_size must be at least 1; it is 0"),
            std::string::npos);
  EXPECT_NE(words_for({.min_size = 4, .max_size = 3})
                .find("min_size must not be above max_size; it is 4, max_size 3"),
            std::string::npos);
  EXPECT_NE(words_for({.size = 4, .max_size = 3})
                .find("size must not be above max_size; it is 4, max_size 3"),
            std::string::npos);
  EXPECT_NE(words_for({.overflow_linger = -1ms})
                .find("overflow_linger must not be negative; it is -1 ms"),
            std::string::npos);
  EXPECT_NE(words_for({.checkout_timeout = -1ms}).find("checkout_timeout must not be negative"),
            std::string::npos);
  EXPECT_NE(words_for({.retry_interval = 0s}).find("retry_interval must be above 0"),
            std::string::npos);
  EXPECT_NE(words_for({.max_idle = 0s}).find("max_idle must be above 0"), std::string::npos);
  EXPECT_NE(words_for({.max_lifetime = 0s}).find("max_lifetime must be above 0"),
            std::string::npos);
  EXPECT_NE(words_for({.shutdown = -1s}).find("shutdown must not be negative"), std::string::npos);
}

}  // namespace
