#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/mailbox.hpp>

using namespace poolder::detail;

namespace {

const MessageType number_type{"Number", &Payload<int>::destroy};

Message* number(int value) { return make_message<int>(number_type, value); }

std::vector<int> read(Mailbox::Mail mail) {
  std::vector<int> numbers;
  while (mail.oldest) {
    Message* each = std::exchange(mail.oldest, mail.oldest->next);
    numbers.push_back(Payload<int>::get(*each));
    free_message(each);
  }
  EXPECT_EQ(numbers.size(), mail.length);
  return numbers;
}

TEST(Mailbox, WakesTheFirstSenderAlone) {
  Mailbox mail;

  EXPECT_TRUE(mail.is_idle());
  EXPECT_EQ(mail.send(number(1)), Mailbox::Sent::woke);
  EXPECT_EQ(mail.send(number(2)), Mailbox::Sent::queued);
  EXPECT_FALSE(mail.is_idle());
  EXPECT_EQ(mail.length(), 2u);

  EXPECT_EQ(read(mail.look()), (std::vector<int>{1, 2}));
}

TEST(Mailbox, SaysWhenMuchHasComeSinceItsOwnerLooked) {
  Mailbox mail;
  EXPECT_TRUE(mail.enter());
  int piles = 0;
  for (int i = 0; i < 3 * static_cast<int>(Mailbox::pile); ++i)
    piles += mail.send(number(i)) == Mailbox::Sent::piled_up ? 1 : 0;
  EXPECT_EQ(piles, 3);

  read(mail.look());
  for (int i = 1; i < static_cast<int>(Mailbox::pile); ++i)
    EXPECT_EQ(mail.send(number(i)), Mailbox::Sent::queued);
  EXPECT_EQ(mail.send(number(0)), Mailbox::Sent::piled_up);
  read(mail.look());
}

TEST(Mailbox, SaysSoNoMoreWhereItsLengthIsBeyondCounting) {
  Mailbox mail;
  EXPECT_TRUE(mail.enter());
  Message* const long_ago = number(0);
  EXPECT_EQ(mail.send_all(long_ago, long_ago, 1u << 22), Mailbox::Sent::piled_up);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(mail.send(number(i)), Mailbox::Sent::queued);
  for (Message* each = mail.look().oldest; each;) free_message(std::exchange(each, each->next));
}

TEST(Mailbox, IsNotLeftWhileThereIsMail) {
  Mailbox mail;
  EXPECT_TRUE(mail.enter());
  EXPECT_FALSE(mail.enter());
  EXPECT_EQ(mail.send(number(1)), Mailbox::Sent::queued);

  EXPECT_FALSE(mail.leave());
  EXPECT_EQ(read(mail.look()), std::vector<int>{1});
  EXPECT_EQ(mail.look().oldest, nullptr);
  EXPECT_TRUE(mail.leave());
  EXPECT_TRUE(mail.is_idle());
  EXPECT_TRUE(mail.enter_after_change());
}

TEST(Mailbox, RefusesAllOnceClosedAndHandsOverWhatWasThere) {
  Mailbox mail;
  EXPECT_EQ(mail.send(number(1)), Mailbox::Sent::woke);
  EXPECT_EQ(mail.send(number(2)), Mailbox::Sent::queued);

  EXPECT_EQ(read(mail.close()), (std::vector<int>{1, 2}));

  Message* late = number(3);
  EXPECT_EQ(mail.send(late), Mailbox::Sent::refused);
  free_message(late);
  EXPECT_TRUE(mail.is_closed());
  EXPECT_FALSE(mail.enter());
  EXPECT_FALSE(mail.enter_after_change());
}

TEST(Mailbox, TakesMailAgainOnceReopened) {
  Mailbox mail;
  EXPECT_TRUE(mail.enter());
  EXPECT_EQ(mail.close().oldest, nullptr);

  mail.reopen();

  EXPECT_EQ(mail.send(number(1)), Mailbox::Sent::queued);
  EXPECT_EQ(read(mail.look()), std::vector<int>{1});
}

TEST(Message, HoldsASmallPayloadInItsNodeAndALargeOneOutside) {
  struct Large {
    char text[200];
  };
  static_assert(Payload<std::string>::fits);
  static_assert(!Payload<Large>::fits);
  static const MessageType text_type{"Text", &Payload<std::string>::destroy};
  static const MessageType large_type{"Large", &Payload<Large>::destroy};

  Message* text = make_message<std::string>(text_type, std::string(100, 'x'));
  Message* large = make_message<Large>(large_type, Large{"here"});

  EXPECT_EQ(Payload<std::string>::get(*text), std::string(100, 'x'));
  EXPECT_STREQ(Payload<Large>::get(*large).text, "here");
  free_message(text);
  free_message(large);
}

TEST(Message, IsFreedWhereItsPayloadCannotBeMade) {
  struct Throws {
    Throws() = default;
    explicit Throws(int) { throw 1; }
  };
  static const MessageType type{"Throws", &Payload<Throws>::destroy};

  EXPECT_THROW(static_cast<void>(make_message<Throws>(type, 1)), int);  // LeakSanitizer looks on
}

}  // namespace
