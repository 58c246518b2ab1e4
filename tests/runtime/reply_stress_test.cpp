#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/reply.hpp>
#include <poolder/runtime/future.hpp>
#include <poolder/runtime/runtime.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder::detail;
using poolder::ErrorCode;

namespace {

using Text = std::string;

ReplyPtr<Text> make_reply() { return ReplyPtr<Text>{new PendingReply<Text>}; }

const Text answer_text(40, 'a');

TEST(Reply, IsSettledByOneOfManyWhoTry) {
  for (int round = 0; round < 300; ++round) {
    const auto reply = make_reply();
    std::optional<Answer<Text>> request{std::in_place, *reply};
    std::atomic<int> stored{0};
    std::optional<ErrorCode> told;
    std::optional<Text> answer;

    poolder_tests::on_threads(4, [&](std::size_t i) {
      if (i == 0) {  // the handler, which drops the request in the end
        if ((*request)->start()) (*request)->answer_with([] { return answer_text; });
        request.reset();
      } else if (i == 1) {  // a kill
        if (reply->fail(failure(ErrorCode::worker_down, "killed"))) ++stored;
        reply->publish();
      } else if (i == 2) {  // a cancel
        if (!reply->fail_unless_started(failure(ErrorCode::cancelled, "cancelled"))) return;
        ++stored;
        reply->publish();
      } else {  // who waits
        while (!reply->ready()) std::this_thread::yield();
        told = poolder_tests::error_of([&] { answer = reply->take(); });
      }
    });

    ASSERT_LE(stored, 1);
    ASSERT_EQ(stored == 1, told.has_value());
    ASSERT_EQ(stored == 0, answer == answer_text);
  }
}

TEST(Reply, IsWorkerDownWhereTheRequestIsDroppedWithoutAnAnswer) {
  poolder::Runtime runtime{{.threads = 1}};
  auto reply = make_reply();
  { const Answer<Text> dropped{*reply}; }
  poolder::Future<Text> future{runtime.core(), std::move(reply), never};

  EXPECT_TRUE(future.ready());
  EXPECT_EQ(poolder_tests::error_of([&] { future.get(); }), ErrorCode::worker_down);
}

TEST(Future, CallsThenOnceWhetherTheAnswerOrTheDeadlineComesFirst) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder_tests::Tally called, answers;
  int rounds = 0;

  // However busy the machine is: until the answer has come first once.
  for (; rounds < 300 || answers.count() == 0; ++rounds) {
    auto reply = make_reply();
    std::optional<Answer<Text>> request{std::in_place, *reply};
    const Ticks deadline = runtime.core()->now() + (rounds % 4) * 20'000 * (1 + rounds / 300);
    poolder::Future<Text> future{runtime.core(), std::move(reply), deadline};
    poolder_tests::on_threads(2, [&](std::size_t i) {
      if (i == 0) {
        (*request)->answer_with([] { return answer_text; });
        request.reset();
        return;
      }
      future.then([&](poolder::Result<Text> result) {
        if (result) {
          EXPECT_EQ(result.value(), answer_text);
          answers.add();
        } else {
          EXPECT_EQ(result.code(), ErrorCode::timeout);
        }
        called.add();
      });
    });
  }

  EXPECT_TRUE(called.reaches(rounds));
}

}  // namespace
