#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <poolder/batch/plain_item.hpp>

namespace poolder::detail {

/// How items are kept before they are handed over: as they are where that is plain, else each in a
/// box of its own, so that what moves inside the batcher's cell never throws and is never the
/// user's code, which might wait there for a lock or use the batcher.
struct ItemType {
  std::size_t size, alignment;
  void (*move)(void* to, void* from) noexcept;  ///< constructs one; `from` stays an object
  void (*destroy)(void* first, std::size_t count) noexcept;

  /// Takes items out of their boxes into a row at `to`, from the done-th on. Throws what moving
  /// them throws; `done` says how far it came. Null: items are not boxed.
  void (*unbox)(void* boxes, std::size_t count, void* to, std::size_t& done) = nullptr;
  std::size_t unboxed_size = 0, unboxed_alignment = 0;
  void (*destroy_unboxed)(void* first, std::size_t count) noexcept = nullptr;
};

template <class T>
inline constexpr bool boxes_item = !(plain_item<T> && std::is_nothrow_move_constructible_v<T> &&
                                     std::is_nothrow_destructible_v<T>);

/// What an item is kept as.
template <class T>
using KeptItem = std::conditional_t<boxes_item<T>, std::unique_ptr<T>, T>;

template <class T>
void move_item(void* to, void* from) noexcept {
  ::new (to) T(std::move(*static_cast<T*>(from)));
}
template <class T>
void destroy_items(void* first, std::size_t count) noexcept {
  std::destroy_n(static_cast<T*>(first), count);
}
template <class T>
void unbox_items(void* boxes, std::size_t count, void* to, std::size_t& done) {
  auto* const box = static_cast<std::unique_ptr<T>*>(boxes);
  for (; done < count; ++done)
    ::new (static_cast<void*>(static_cast<T*>(to) + done)) T(std::move_if_noexcept(*box[done]));
}

template <class T>
constexpr ItemType make_item_type() {
  using Kept = KeptItem<T>;
  ItemType type{sizeof(Kept), alignof(Kept), &move_item<Kept>, &destroy_items<Kept>};
  if constexpr (boxes_item<T>) {
    type.unbox = &unbox_items<T>;
    type.unboxed_size = sizeof(T);
    type.unboxed_alignment = alignof(T);
    type.destroy_unboxed = &destroy_items<T>;
  }
  return type;
}

template <class T>
inline constexpr ItemType item_type = make_item_type<T>();

}  // namespace poolder::detail
