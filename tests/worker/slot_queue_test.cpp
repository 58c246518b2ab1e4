#include "worker/slot_queue.hpp"

#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

using namespace poolder;
using namespace poolder::detail;
using Pushed = SlotQueue::Pushed;

namespace {

const MessageType number_type{"Number", &Payload<int>::destroy};

Message* number(int value) { return make_message<int>(number_type, value); }

int taken(Message* message) {
  if (!message) return -1;
  const int value = Payload<int>::get(*message);
  free_message(message);
  return value;
}

Message* pop(SlotQueue& queue) {
  const std::atomic<std::uint32_t> nothing{0};
  return queue.pop_unless(nothing, 1);
}

TEST(SlotQueue, GivesFirstInFirstOut) {
  SlotQueue queue{{.capacity = 10}};

  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.push(number(i), nullptr).result, Pushed::yes);

  EXPECT_EQ(queue.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(taken(pop(queue)), i);
  EXPECT_EQ(pop(queue), nullptr);
  EXPECT_TRUE(queue.empty());
}

TEST(SlotQueue, GivesNothingWhileItIsHeldBack) {
  SlotQueue queue{{.capacity = 10}};
  std::atomic<std::uint32_t> control{2};
  EXPECT_EQ(queue.push(number(1), nullptr).result, Pushed::yes);

  EXPECT_EQ(queue.pop_unless(control, 2), nullptr);
  EXPECT_EQ(queue.size(), 1u);
  control = 1;

  EXPECT_EQ(taken(queue.pop_unless(control, 2)), 1);
}

TEST(SlotQueue, GivesLastInFirstOut) {
  SlotQueue queue{{.order = QueueOrder::lifo}};

  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.push(number(i), nullptr).result, Pushed::yes);

  for (int i = 2; i >= 0; --i) EXPECT_EQ(taken(pop(queue)), i);
}

TEST(SlotQueue, PutsAnImmediateRetryBeforeAllAndADelayedOneBehind) {
  for (const QueueOrder order : {QueueOrder::fifo, QueueOrder::lifo}) {
    SlotQueue queue{{.order = order, .capacity = 1}};
    EXPECT_EQ(queue.push(number(1), nullptr).result, Pushed::yes);

    queue.push_next(number(0));
    EXPECT_TRUE(queue.push_anyway(number(2)));

    for (int i = 0; i < 3; ++i) EXPECT_EQ(taken(pop(queue)), i);
  }
}

TEST(SlotQueue, RejectsWhatDoesNotFit) {
  SlotQueue queue{{.capacity = 1, .on_full = OnFull::reject}};
  SlotQueue::Blocked blocked{nullptr, {}};
  EXPECT_EQ(queue.push(number(1), nullptr).result, Pushed::yes);

  Message* second = number(2);
  EXPECT_EQ(queue.push(second, nullptr).result, Pushed::full);
  EXPECT_EQ(queue.push(second, &blocked).result, Pushed::full);

  free_message(second);
  EXPECT_EQ(taken(pop(queue)), 1);
}

TEST(SlotQueue, DropsTheOldestInEitherOrder) {
  for (const QueueOrder order : {QueueOrder::fifo, QueueOrder::lifo}) {
    SlotQueue queue{{.order = order, .capacity = 2, .on_full = OnFull::drop_oldest}};
    queue.push(number(1), nullptr);
    queue.push(number(2), nullptr);

    const SlotQueue::Push pushed = queue.push(number(3), nullptr);

    EXPECT_EQ(pushed.result, Pushed::yes);
    EXPECT_EQ(taken(pushed.victim), 1);
    EXPECT_EQ(taken(pop(queue)) + taken(pop(queue)), 5);
  }
}

TEST(SlotQueue, AdmitsWhoeverWaitedLongestWhenThereIsRoom) {
  SlotQueue queue{{.capacity = 1}};
  queue.push(number(1), nullptr);
  SlotQueue::Blocked first{number(2), {}}, second{number(3), {}};
  EXPECT_EQ(queue.push(first.message, &first).result, Pushed::waiting);
  EXPECT_EQ(queue.push(second.message, &second).result, Pushed::waiting);

  EXPECT_EQ(taken(pop(queue)), 1);

  EXPECT_TRUE(first.room.signalled());
  EXPECT_FALSE(second.room.signalled());
  EXPECT_FALSE(queue.withdraw(first));
  EXPECT_TRUE(queue.withdraw(second));
  free_message(second.message);
  EXPECT_EQ(taken(pop(queue)), 2);
  EXPECT_EQ(pop(queue), nullptr);
}

TEST(SlotQueue, GivesWhatItHoldsToTheCloserAndRefusesTheRest) {
  SlotQueue queue{{.capacity = 2}};
  queue.push(number(1), nullptr);
  queue.push(number(2), nullptr);
  SlotQueue::Blocked blocked{number(3), {}};
  EXPECT_EQ(queue.push(blocked.message, &blocked).result, Pushed::waiting);

  const std::deque<Message*> left = queue.close();

  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(taken(left[0]), 1);
  EXPECT_EQ(taken(left[1]), 2);
  EXPECT_TRUE(blocked.refused);
  EXPECT_TRUE(blocked.room.signalled());
  EXPECT_EQ(queue.push(blocked.message, nullptr).result, Pushed::closed);
  EXPECT_FALSE(queue.push_anyway(blocked.message));
  free_message(blocked.message);
}

}  // namespace
