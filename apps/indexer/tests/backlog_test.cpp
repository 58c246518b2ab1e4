#include "work/backlog.hpp"

#include <gtest/gtest.h>

namespace indexer::work {
namespace {

TEST(Backlog, GivesNothingMoreToAReaderWithAHugeFile) {
  Backlog backlog(3);
  const std::size_t busy = backlog.add(1'000'000'000);

  for (int i = 0; i < 100; ++i) EXPECT_NE(backlog.add(10), busy);
}

TEST(Backlog, SharesEqualFilesEqually) {
  Backlog backlog(4);
  for (int i = 0; i < 400; ++i) backlog.add(10);

  for (std::size_t reader = 1; reader < 4; ++reader)
    EXPECT_EQ(backlog.left(reader), backlog.left(0));
}

TEST(Backlog, IsEmptyAgainWhenAllIsSettled) {
  Backlog backlog(2);
  const std::size_t reader = backlog.add(10);
  EXPECT_GT(backlog.left(reader), 0U);

  backlog.settle(reader, 10);

  EXPECT_EQ(backlog.left(reader), 0U);
}

}  // namespace
}  // namespace indexer::work
