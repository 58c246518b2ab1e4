#include <array>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <poolder/core/error.hpp>

#include "support/error_of.hpp"

using namespace poolder;

namespace {

TEST(Error, WritesItsCodeAsCppDoes) {
  EXPECT_EQ(to_string(ErrorCode::timeout), "timeout");
  EXPECT_EQ(to_string(ErrorCode::no_worker), "no_worker");
  EXPECT_EQ(to_string(ErrorCode::worker_down), "worker_down");
  EXPECT_EQ(to_string(ErrorCode::queue_full), "queue_full");
  EXPECT_EQ(to_string(ErrorCode::stopped), "stopped");
  EXPECT_EQ(to_string(ErrorCode::cancelled), "cancelled");
  EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
  EXPECT_EQ(to_string(ErrorCode::already_exists), "already_exists");
  EXPECT_EQ(to_string(ErrorCode::invalid_argument), "invalid_argument");
  EXPECT_EQ(to_string(ErrorCode::would_deadlock), "would_deadlock");
  EXPECT_EQ(to_string(static_cast<ErrorCode>(99)), "unknown");
}

TEST(Error, SaysWhoFailedWithWhatAndWhy) {
  const std::string words =
      poolder_tests::words_of([] { detail::fail(ErrorCode::stopped, "the pool has stopped"); });

  EXPECT_EQ(words, "poolder: stopped: the pool has stopped");
}

TEST(Error, IsTheSameWhenHeldForLater) {
  const std::exception_ptr held = detail::failure(ErrorCode::timeout, "late");

  EXPECT_EQ(detail::describe(held), "poolder: timeout: late");
  EXPECT_EQ(poolder_tests::error_of([&] { std::rethrow_exception(held); }), ErrorCode::timeout);
}

TEST(Error, DescribesAnyException) {
  EXPECT_EQ(detail::describe(std::make_exception_ptr(std::logic_error("odd"))), "odd");
  EXPECT_EQ(detail::describe(std::make_exception_ptr(42)), "unknown exception");
  EXPECT_EQ(detail::describe(nullptr), "no error");
}

}  // namespace
