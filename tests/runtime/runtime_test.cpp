#include <string>

#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::error_of;
using poolder_tests::words_of;

namespace {

void expect_refused(RuntimeOptions options, const std::string& rule) {
  EXPECT_EQ(error_of([&] { Runtime runtime{options}; }), ErrorCode::invalid_argument);
  const std::string words = words_of([&] { Runtime runtime{options}; });
  EXPECT_NE(words.find(rule), std::string::npos) << words;
}

TEST(Runtime, RefusesOptionsThatMakeNoSense) {
  expect_refused({.threads = 5'000}, "RuntimeOptions.threads must be at most 4096");
  expect_refused({.blocked_after = 0s}, "RuntimeOptions.blocked_after must be above 0");
  expect_refused({.shutdown = -1s}, "RuntimeOptions.shutdown must not be negative");
}

TEST(Runtime, LivesBesideOthersThatShareNothing) {
  Runtime one{{.threads = 1}}, two{{.threads = 1}};

  EXPECT_NE(one.core(), two.core());
}

TEST(Runtime, MovesItsClockForwardOnly) {
  const Runtime runtime{{.threads = 1}};
  auto last = runtime.now();

  for (int i = 0; i < 1'000; ++i) {
    const auto now = runtime.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(Runtime, TellsAMonitorOfNobodyAtOnce) {
  Runtime runtime{{.threads = 1}};
  poolder_tests::Gate told;

  const Subscription subscription = runtime.monitor(Pid{}, [&](Pid pid, const ExitReason& reason) {
    EXPECT_EQ(pid, Pid{});
    EXPECT_FALSE(reason.what.empty());
    told.open();
  });

  EXPECT_TRUE(told.wait());
}

}  // namespace
