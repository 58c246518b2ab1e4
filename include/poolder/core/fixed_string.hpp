#pragma once

#include <cstddef>
#include <string_view>

namespace poolder {

/// A string literal that can be a template argument.
template <std::size_t N>
struct FixedString {
  char text[N]{};

  constexpr FixedString(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }

  constexpr std::string_view view() const { return {text, N - 1}; }
};

template <std::size_t N, std::size_t M>
constexpr bool operator==(const FixedString<N>& left, const FixedString<M>& right) {
  return left.view() == right.view();
}

}  // namespace poolder
