#pragma once

#include <cstddef>
#include <cstdint>

namespace poolder::detail {

/// What an engine notes of a handler while it runs, for when the user's code in it comes back to
/// that engine: a stack for each thread.
///
/// Thread safety: made, found and destroyed by the thread that runs the handler.
class HandlerNote {
 public:
  /// `generation` of the engine's that the handler belongs to; `items` that it has in hand.
  HandlerNote(const void* engine, std::uint32_t generation, std::size_t items = 0) noexcept;
  ~HandlerNote();
  HandlerNote(const HandlerNote&) = delete;
  HandlerNote& operator=(const HandlerNote&) = delete;

  /// Of the calling thread's innermost handler of that engine; null: it is in none.
  static const HandlerNote* innermost(const void* engine) noexcept;

  std::uint32_t generation() const noexcept { return generation_; }
  std::size_t items() const noexcept { return items_; }

 private:
  const void* const engine_;
  const std::uint32_t generation_;
  const std::size_t items_;
  const HandlerNote* const outer_;
};

}  // namespace poolder::detail
