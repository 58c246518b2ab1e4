#pragma once

#include <cstdint>

#include <poolder/runtime/detail/message.hpp>

namespace poolder::detail {

/// `message` with the key that its sender routed it by, which its type may know nothing of: a
/// message around it that does what it does. Its type's `key` gives that key, so that a slot that
/// goes can hand it on to where the key leads then. Throws std::bad_alloc; the message is the
/// caller's then.
///
/// Thread safety: any thread.
Message* with_key(Message* message, std::uint64_t key);

/// Whether it is such a message.
bool has_own_key(const Message& message) noexcept;

}  // namespace poolder::detail
