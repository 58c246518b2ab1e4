#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <poolder/core/result.hpp>

using namespace poolder;

namespace {

TEST(Result, HoldsAValue) {
  const Result<std::string> result{"text"};

  EXPECT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(result.value(), "text");
  EXPECT_EQ(result.error(), nullptr);
  EXPECT_EQ(result.code(), std::nullopt);
}

TEST(Result, HoldsWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result{std::make_unique<int>(5)};

  const std::unique_ptr<int> taken = std::move(result.value());

  EXPECT_EQ(*taken, 5);
}

TEST(Result, RethrowsTheErrorInPlaceOfAValue) {
  Result<int> result{std::make_exception_ptr(std::out_of_range("gone"))};

  EXPECT_FALSE(result);
  EXPECT_THROW(result.value(), std::out_of_range);
  EXPECT_THROW(std::as_const(result).value(), std::out_of_range);
  EXPECT_EQ(result.code(), std::nullopt);
}

TEST(Result, HasACodeWhereTheErrorIsPooldersOwn) {
  const Result<int> result{detail::failure(ErrorCode::queue_full, "full")};

  EXPECT_EQ(result.code(), ErrorCode::queue_full);
  EXPECT_NE(result.error(), nullptr);
}

TEST(Result, OfNothingIsWellOrAnError) {
  const Result<void> well;
  const Result<void> ill{detail::failure(ErrorCode::timeout, "late")};

  EXPECT_TRUE(well);
  EXPECT_NO_THROW(well.value());
  EXPECT_FALSE(ill.has_value());
  EXPECT_EQ(ill.code(), ErrorCode::timeout);
  EXPECT_THROW(ill.value(), Error);
}

}  // namespace
