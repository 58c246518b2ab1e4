#pragma once

#include <utility>

#include <poolder/runtime/detail/message.hpp>

namespace poolder::detail {

/// Owns a message until a slot has it: what throws on the way frees it.
class Unsent {
 public:
  explicit Unsent(Message* message) noexcept : message_(message) {}
  ~Unsent() {
    if (message_) free_message(message_);
  }
  Unsent(const Unsent&) = delete;
  Unsent& operator=(const Unsent&) = delete;

  Message& operator*() const noexcept { return *message_; }
  /// `around` owns the message from now on.
  void wrap(Message* around) noexcept { message_ = around; }
  Message* give() noexcept { return std::exchange(message_, nullptr); }

 private:
  Message* message_;
};

}  // namespace poolder::detail
