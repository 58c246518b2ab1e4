#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace poolder {

/// True: a batcher may keep items of type T as they are, for moving one, and destroying what is
/// left of it, runs nothing of yours, or nothing but a few steps that neither wait, nor take a
/// lock, nor use the batcher. Other items it keeps each in a box of its own: an allocation for each
/// push.
///
/// It is so for what is trivially movable, and for the standard types below. Say so of a struct of
/// such members:
///
///   template <>
///   inline constexpr bool poolder::plain_item<Row> = true;
template <class T>
inline constexpr bool plain_item =
    std::is_trivially_move_constructible_v<T>&& std::is_trivially_destructible_v<T>;

template <class C, class Traits>
inline constexpr bool plain_item<std::basic_string<C, Traits, std::allocator<C>>> = true;
template <class T>
inline constexpr bool plain_item<std::vector<T, std::allocator<T>>> = true;
template <class T>
inline constexpr bool plain_item<std::unique_ptr<T, std::default_delete<T>>> = true;
template <class T>
inline constexpr bool plain_item<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool plain_item<std::optional<T>> = plain_item<T>;
template <class T, std::size_t N>
inline constexpr bool plain_item<std::array<T, N>> = plain_item<T>;
template <class A, class B>
inline constexpr bool plain_item<std::pair<A, B>> = plain_item<A>&& plain_item<B>;
template <class... T>
inline constexpr bool plain_item<std::tuple<T...>> = (plain_item<T> && ...);

}  // namespace poolder
