#include <array>
#include <atomic>
#include <utility>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/mailbox.hpp>

#include "support/threads.hpp"

using namespace poolder::detail;

namespace {

constexpr std::size_t senders = 4;
constexpr std::uint64_t letters = 5'000;

struct Letter {
  std::uint64_t sender, number;
};

const MessageType letter_type{"Letter", &Payload<Letter>::destroy};

// A cell as small as can be: what its owner sees is plain, so a second owner at the same time is a
// race that ThreadSanitizer reports.
struct Cell {
  Mailbox mail;
  std::array<std::uint64_t, senders> next{};
  std::uint64_t read = 0;
  bool in_order = true;

  void read_all(Message* chain) {
    while (chain) {
      Message* each = std::exchange(chain, chain->next);
      const Letter letter = Payload<Letter>::get(*each);
      in_order = in_order && next[letter.sender]++ == letter.number;
      ++read;
      free_message(each);
    }
  }
  void run() {
    do read_all(mail.look().oldest);
    while (!mail.leave());
  }
};

TEST(Mailbox, HandsTheBatonToOneOwnerAndKeepsEachSendersOrder) {
  Cell cell;

  poolder_tests::on_threads(senders, [&](std::size_t sender) {
    for (std::uint64_t i = 0; i < letters; ++i)
      if (cell.mail.send(make_message<Letter>(letter_type, sender, i)) == Mailbox::Sent::woke)
        cell.run();
  });

  EXPECT_TRUE(cell.in_order);
  EXPECT_EQ(cell.read, senders * letters);
  EXPECT_TRUE(cell.mail.is_idle());
}

// As Slot does it: whoever changes a flag enters, or is seen by the owner who leaves.
TEST(Mailbox, LosesNoChangeBetweenTheOwnerWhoLeavesAndWhoeverEnters) {
  Cell cell;
  std::atomic<std::uint64_t> asked{0}, done{0};
  const auto serve = [&] {
    do {
      done.store(asked.load());
      cell.run();
    } while (asked.load() != done.load() && cell.mail.enter_after_change());
  };

  poolder_tests::on_threads(senders, [&](std::size_t sender) {
    for (std::uint64_t i = 0; i < letters; ++i) {
      if (i % 2 == 0) {
        Message* letter = make_message<Letter>(letter_type, sender, i / 2);
        if (cell.mail.send(letter) == Mailbox::Sent::woke) serve();
      } else {
        asked.fetch_add(1);
        if (cell.mail.enter_after_change()) serve();
      }
    }
  });

  EXPECT_TRUE(cell.mail.is_idle());
  EXPECT_EQ(done, asked);
  EXPECT_TRUE(cell.in_order);
  EXPECT_EQ(cell.read, senders * letters / 2);
}

TEST(Mailbox, TakesSegmentsWhole) {
  Cell cell;
  constexpr std::uint64_t chain = 5;

  poolder_tests::on_threads(senders, [&](std::size_t sender) {
    for (std::uint64_t i = 0; i < letters; i += chain) {
      Message* newest = nullptr;
      Message* oldest = nullptr;
      for (std::uint64_t j = i; j < i + chain; ++j) {
        Message* each = make_message<Letter>(letter_type, sender, j);
        (newest ? newest->next : oldest) = each;
        newest = each;
      }
      if (cell.mail.send_all(oldest, newest, chain) == Mailbox::Sent::woke) cell.run();
    }
  });

  EXPECT_TRUE(cell.in_order);
  EXPECT_EQ(cell.read, senders * letters);
}

TEST(Mailbox, GivesEachLetterToTheCloserOrRefusesIt) {
  for (int round = 0; round < 100; ++round) {
    Cell cell;
    std::atomic<std::uint64_t> refused{0};

    poolder_tests::on_threads(senders, [&](std::size_t sender) {
      for (std::uint64_t i = 0; i < 20; ++i) {
        Message* letter = make_message<Letter>(letter_type, sender, i);
        const Mailbox::Sent sent = cell.mail.send(letter);
        if (sent == Mailbox::Sent::refused) {
          free_message(letter);
          ++refused;
        }
        if (sent != Mailbox::Sent::woke) continue;
        i >= 10 ? cell.read_all(cell.mail.close().oldest) : cell.run();
      }
    });

    ASSERT_TRUE(cell.in_order);
    ASSERT_EQ(cell.read + refused, senders * 20);
    ASSERT_TRUE(cell.mail.is_closed() || cell.mail.is_idle());
  }
}

}  // namespace
