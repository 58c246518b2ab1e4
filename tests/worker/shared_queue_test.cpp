#include "worker/shared_queue.hpp"

#include <atomic>
#include <deque>

#include <gtest/gtest.h>

#include <poolder/worker/detail/dispatch.hpp>

using namespace poolder;
using namespace poolder::detail;
using Pushed = SharedQueue::Pushed;

namespace {

struct Worker {
  void handle_job(int) {}
  int handle_call(int number) { return number; }
};

Message* job() { return make_job<Worker>(1); }

/// A call, and its caller's hold on the reply.
struct Call {
  ReplyPtr<int> reply = make_reply<int>();
  Message* message = make_call<Worker>(*reply, 2);
};

std::exception_ptr late() { return failure(ErrorCode::timeout, "too late"); }

SharedQueue::Popped pop(SharedQueue& queue) {
  const std::atomic<std::uint32_t> nothing{0};
  return queue.pop_unless(nothing, 1);
}

TEST(SharedQueue, KeepsItsLengthWhereACallThatItHasDroppedTimesOut) {
  SharedQueue queue{{.capacity = 1, .on_full = OnFull::drop_oldest}};
  Call call;
  (void)queue.push(call.message, nullptr);

  const auto [result, victim, admitted] = queue.push(job(), nullptr);
  ASSERT_EQ(victim, call.message);
  EXPECT_FALSE(queue.withdraw(*call.message, *call.reply, late()).done);

  EXPECT_EQ(queue.size(), 1u);
  free_message(victim);
  Message* next = pop(queue).message;
  ASSERT_NE(next, nullptr);
  free_message(next);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SharedQueue, KeepsItsLengthWhereACallTimesOutAfterItHasClosed) {
  SharedQueue queue{{.capacity = 2}};
  Call call;
  (void)queue.push(call.message, nullptr);

  const std::deque<Message*> rest = queue.close();
  EXPECT_FALSE(queue.withdraw(*call.message, *call.reply, late()).done);
  free_message(rest.front());
  EXPECT_EQ(queue.size(), 0u);
  queue.reopen();

  EXPECT_EQ(queue.push(job(), nullptr).result, Pushed::yes);
  EXPECT_EQ(queue.size(), 1u);
  free_message(pop(queue).message);
}

TEST(SharedQueue, NeitherDropsNorHandlesWhatWasCancelled) {
  SharedQueue queue{{.capacity = 2, .on_full = OnFull::drop_oldest}};
  Call one, other;
  (void)queue.push(one.message, nullptr);
  (void)queue.push(other.message, nullptr);

  EXPECT_TRUE(one.reply->cancel(late()));
  EXPECT_EQ(queue.push(job(), nullptr).victim, nullptr);
  EXPECT_TRUE(other.reply->cancel(late()));
  Message* next = pop(queue).message;

  ASSERT_NE(next, nullptr);
  EXPECT_NE(next, other.message);
  free_message(next);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(SharedQueue, AdmitsAllThatFitIntoTheRoomThatOnePopMakes) {
  SharedQueue queue{{.capacity = 3}};
  Call one, other;
  for (Message* each : {one.message, other.message, job()}) (void)queue.push(each, nullptr);
  SharedQueue::Blocked first{job(), {}}, second{job(), {}}, third{job(), {}}, fourth{job(), {}};
  for (SharedQueue::Blocked* each : {&first, &second, &third, &fourth})
    EXPECT_EQ(queue.push(each->message, each).result, Pushed::waiting);

  one.reply->cancel(late());
  other.reply->cancel(late());
  const auto [message, admitted] = pop(queue);
  free_message(message);

  EXPECT_EQ(admitted, 3u);
  EXPECT_TRUE(first.room.signalled() && second.room.signalled() && third.room.signalled());
  EXPECT_FALSE(fourth.room.signalled());
  EXPECT_EQ(queue.size(), 3u);
  for (Message* each : queue.close()) free_message(each);
  free_message(fourth.message);
}

}  // namespace
