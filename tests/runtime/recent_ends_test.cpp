#include "runtime/recent_ends.hpp"

#include <gtest/gtest.h>

using poolder::ExitReason;
using poolder::Pid;
using poolder::detail::RecentEnds;

namespace {

ExitReason killed() { return {ExitReason::Kind::killed, "killed"}; }

TEST(RecentEnds, RemembersAsManyAsItSaysAndForgetsTheOldest) {
  RecentEnds ends;
  for (std::uint64_t i = 1; i <= RecentEnds::most; ++i)
    ends.note(Pid::make(i, 0), {ExitReason::Kind::failed, std::to_string(i)});
  EXPECT_EQ(ends.find(Pid::make(1, 0))->what, "1");

  ends.note(Pid::make(RecentEnds::most + 1, 0), killed());
  ends.note(Pid::make(RecentEnds::most + 2, 0), killed());

  EXPECT_FALSE(ends.find(Pid::make(1, 0)));
  EXPECT_FALSE(ends.find(Pid::make(2, 0)));
  EXPECT_EQ(ends.find(Pid::make(3, 0))->what, "3");
  EXPECT_EQ(ends.find(Pid::make(RecentEnds::most + 2, 0))->kind, ExitReason::Kind::killed);
}

TEST(RecentEnds, TheFirstReasonHolds) {
  RecentEnds ends;
  const Pid pid = Pid::make(1, 0);

  ends.note(pid, killed());
  ends.note(pid, {ExitReason::Kind::shutdown, "the pool was stopped"});

  EXPECT_EQ(ends.find(pid)->kind, ExitReason::Kind::killed);
}

TEST(RecentEnds, KeepsAReasonThatManyShareOnce) {
  RecentEnds ends;

  ends.note(Pid::make(1, 0), killed());
  ends.note(Pid::make(2, 0), killed());
  ends.note(Pid::make(3, 0), {ExitReason::Kind::failed, "killed"});

  EXPECT_EQ(ends.find(Pid::make(1, 0)), ends.find(Pid::make(2, 0)));
  EXPECT_NE(ends.find(Pid::make(2, 0)), ends.find(Pid::make(3, 0)));
}

TEST(RecentEnds, KnowsNobodyWhoHasNotEnded) {
  RecentEnds ends;
  ends.note(Pid::make(1, 0), killed());

  EXPECT_FALSE(ends.find(Pid{}));
  EXPECT_FALSE(ends.find(Pid::make(2, 0)));
}

}  // namespace
