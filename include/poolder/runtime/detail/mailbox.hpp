#pragma once

#include <atomic>
#include <cstdint>

#include <poolder/runtime/detail/message.hpp>

namespace poolder::detail {

/// The one word of a cell: its incoming mail, and who may run it.
///
///   bits 63..42  how many messages are in the chain, saturating: the queue's length at no cost
///   bits 41..0   the newest message's address / 64, or a tag:
///                  empty   owned, and no mail since the owner last looked
///                  idle    nobody owns the cell
///                  closed  nothing is taken any more
///
/// Thread safety. Owning the cell is a baton: at any moment a cell is idle, or stands in exactly
/// one run queue, or is run by exactly one thread. send and enter may be called by anyone, look,
/// leave and close by the owner alone.
///
/// Invariants.
/// 1. Only the step from idle (send's Sent::woke, or enter) makes an owner, and only leave unmakes
/// one.
/// 2. A chain is private once it was looked at: messages are never popped one by one from the
/// shared
///    word, so there is no ABA to worry about.
/// 3. After close no message enters; the mail that was there is handed to the closer.
///
/// Pairs. The release of leave with the acquire of the next send that finds idle, or enter: the
/// next owner sees all that the last one did. The release of send with the acquire of look: the
/// owner sees the message.
class Mailbox {
 public:
  enum class Sent {
    queued,
    piled_up,  ///< the same, and the chain has grown past another multiple of `pile`
    woke,
    refused
  };
  static constexpr std::uint64_t pile = 256;

  /// Appends. `woke`: the cell was idle, and the caller now owns it and must have it run.
  Sent send(Message* message) noexcept { return send(message, 1); }

  /// Appends messages that are linked from the oldest to the newest, at the price of one, to send
  /// and to look at: they stand in the chain as one segment, in whose place look and close put them
  /// without touching but the newest.
  Sent send_all(Message* oldest, Message* newest, std::uint64_t length) {
    Message* segment = make_message<Segment>(segment_type, oldest, newest, length);
    const Sent sent = send(segment, length);
    if (sent == Sent::refused) free_message(segment);
    return sent;
  }
  /// Takes an idle cell. True: the caller owns it now.
  bool enter() noexcept {
    Word expected = idle;
    return head_.load(std::memory_order_relaxed) == idle &&
           head_.compare_exchange_strong(expected, empty, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  /// As enter. Sequentially consistent, for who has changed something that the owner looks at after
  /// it leaves.
  bool enter_after_change() noexcept {
    Word expected = idle;
    return head_.compare_exchange_strong(expected, empty, std::memory_order_seq_cst);
  }

  /// A chain in the order it was sent.
  struct Mail {
    Message* oldest = nullptr;
    std::uint64_t length = 0;
  };

  /// Takes all the mail there is.
  Mail look() noexcept {
    if (address(head_.load(std::memory_order_relaxed)) <= closed) return {};
    return in_order(head_.exchange(empty, std::memory_order_acquire));
  }

  /// Gives the baton up. False: mail has come, the caller still owns the cell. Sequentially
  /// consistent, so that whoever waits for the cell to be idle, and the owner who tells it, cannot
  /// miss each other.
  bool leave() noexcept {
    Word expected = empty;
    return head_.compare_exchange_strong(expected, idle, std::memory_order_seq_cst,
                                         std::memory_order_relaxed);
  }

  /// Refuses all mail from now on, and takes what is there.
  Mail close() noexcept { return in_order(head_.exchange(closed, std::memory_order_acq_rel)); }

  /// Takes mail again; the caller owns the cell. Only by the owner of a closed cell.
  void reopen() noexcept { head_.store(empty, std::memory_order_release); }

  bool is_idle() const noexcept { return head_.load(std::memory_order_seq_cst) == idle; }
  bool is_closed() const noexcept { return head_.load(std::memory_order_acquire) == closed; }
  std::uint64_t length() const noexcept { return count(head_.load(std::memory_order_relaxed)); }

 private:
  struct Segment {
    Message* oldest;
    Message* newest;
    std::uint64_t length;
  };
  static constexpr MessageType segment_type{"segment", [](Message&) noexcept {}};

  using Word = std::uint64_t;
  static constexpr Word empty = 0, idle = 1, closed = 2;
  static constexpr unsigned address_bits = 42;
  static constexpr Word address_mask = (Word{1} << address_bits) - 1;
  static constexpr Word max_count = (Word{1} << (64 - address_bits)) - 1;

  static Word address(Word word) noexcept { return word & address_mask; }
  static Word count(Word word) noexcept { return word >> address_bits; }
  static Word pack(Message* message, Word length) noexcept {
    const Word shown = length < max_count ? length : max_count;
    return (reinterpret_cast<std::uintptr_t>(message) / node_size) | (shown << address_bits);
  }
  static Message* message(Word word) noexcept {
    const Word at = address(word);
    return at <= closed ? nullptr
                        : reinterpret_cast<Message*>(static_cast<std::uintptr_t>(at * node_size));
  }
  // What one thread has sent lies at even distances, so it is known where the chain will lead: 12.4
  // million casts/s to 8 workers instead of 10.8.
  static void prefetch_beyond(const Message* each, const Message* older) noexcept {
    const auto from = reinterpret_cast<std::uintptr_t>(each);
    const auto to = reinterpret_cast<std::uintptr_t>(older);
    __builtin_prefetch(reinterpret_cast<const void*>(to + 6 * (to - from)), 1);
  }
  static Mail in_order(Word word) noexcept {
    Mail mail;
    for (Message* each = message(word); each;) {
      Message* older = each->next;
      if (older) prefetch_beyond(each, older);
      if (each->type == &segment_type) [[unlikely]] {
        const Segment segment = Payload<Segment>::get(*each);
        free_message(each);
        segment.newest->next = mail.oldest;
        mail.oldest = segment.oldest;
        mail.length += segment.length;
      } else {
        each->next = mail.oldest;
        mail.oldest = each;
        ++mail.length;
      }
      each = older;
    }
    return mail;
  }

  Sent send(Message* message, std::uint64_t length) noexcept {
    Word head = head_.load(std::memory_order_relaxed);
    for (;;) {
      if (address(head) == closed) return Sent::refused;
      message->next = Mailbox::message(head);
      const Word longer = pack(message, count(head) + length);
      if (!head_.compare_exchange_weak(head, longer, std::memory_order_acq_rel,
                                       std::memory_order_relaxed))
        continue;
      if (address(head) == idle) return Sent::woke;
      return count(longer) / pile > count(head) / pile ? Sent::piled_up : Sent::queued;
    }
  }

  std::atomic<Word> head_{idle};
};

}  // namespace poolder::detail
