#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <poolder/runtime/detail/leaving.hpp>
#include <poolder/runtime/detail/node_cache.hpp>

namespace poolder::detail {

struct Message;

/// What a message can do, one static table for each type of message. `run` differs by
/// engine, so each engine derives its own table from this.
struct MessageType {
  std::string_view name;
  /// Destroys the payload; the node itself is freed by free_message.
  void (*destroy)(Message&) noexcept;
};

/// One cache line: a link, a type, a word of bookkeeping and a payload, which lies here where it
/// fits.
///
/// Who may touch what: the sender until it is sent, then whoever took it out of the mailbox.
struct alignas(node_size) Message {
  static constexpr std::size_t inline_size = 40;
  static constexpr std::uint64_t time_mask = (std::uint64_t{1} << 40) - 1;  ///< of queued_us

  Message* next = nullptr;
  const MessageType* type = nullptr;
  std::uint64_t queued_us : 40 = 0;  ///< when it was sent, wrapping every 12 days; 0: not stamped
  std::uint64_t attempt : 22 = 0;    ///< attempts made so far
  std::uint64_t shared : 1 = 0;      ///< for whoever is free, not for one slot
  std::uint64_t gap : 1 = 0;         ///< withdrawn, and takes no room in its queue
  alignas(8) std::byte payload[inline_size];
};
static_assert(sizeof(Message) == node_size);

/// Where a payload of type T lies: in the node, or on the heap behind a pointer in it.
template <class T>
struct Payload {
  static constexpr bool fits = sizeof(T) <= Message::inline_size && alignof(T) <= 8;

  template <class... Args>
  static void construct(Message& message, Args&&... args) {
    if constexpr (fits) {
      make(message.payload, std::forward<Args>(args)...);
    } else {
      auto memory = std::make_unique<Storage>();
      make(memory->bytes, std::forward<Args>(args)...);
      ::new (static_cast<void*>(message.payload)) Storage*(memory.release());
    }
  }

  static T& get(Message& message) noexcept {
    if constexpr (fits) {
      return *std::launder(reinterpret_cast<T*>(message.payload));
    } else {
      return *std::launder(reinterpret_cast<T*>(storage(message)->bytes));
    }
  }

  static void destroy(Message& message) noexcept {
    get(message).~T();
    if constexpr (!fits) delete storage(message);
  }

 private:
  struct Storage {
    alignas(T) std::byte bytes[sizeof(T)];
  };

  static Storage* storage(Message& message) noexcept {
    return *std::launder(reinterpret_cast<Storage**>(message.payload));
  }

  // One argument is copied or moved, never taken for the elements of a list; several make an
  // aggregate.
  template <class... Args>
  static void make(std::byte* memory, Args&&... args) {
    if constexpr (sizeof...(Args) == 1 && std::is_constructible_v<T, Args&&...>) {
      ::new (static_cast<void*>(memory)) T(std::forward<Args>(args)...);
    } else {
      ::new (static_cast<void*>(memory)) T{std::forward<Args>(args)...};
    }
  }
};

/// A message of `type` whose payload is T{args...}. Throws what T's constructor throws.
template <class T, class... Args>
[[nodiscard]] Message* make_message(const MessageType& type, Args&&... args) {
  auto* message = ::new (allocate_node()) Message;
  message->type = &type;
  try {
    [[maybe_unused]] const LeavingWith<T> leaving{};
    Payload<T>::construct(*message, std::forward<Args>(args)...);
  } catch (...) {
    free_node(message);
    throw;
  }
  return message;
}

/// Destroys the payload and recycles the node.
inline void free_message(Message* message) noexcept {
  message->type->destroy(*message);
  free_node(message);
}

}  // namespace poolder::detail
