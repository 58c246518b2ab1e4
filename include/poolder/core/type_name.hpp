#pragma once

#include <string_view>

namespace poolder::detail {

/// A type's name as the compiler writes it, e.g. "shop::Order". For reports and logs.
template <class T>
constexpr std::string_view type_name() {
  // GCC: "... type_name() [with T = X; std::string_view = ...]", clang: "... type_name() [T = X]".
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::size_t start = text.find("T = ") + 4;
  constexpr std::size_t semicolon = text.find(';', start);
  constexpr std::size_t end = semicolon != std::string_view::npos ? semicolon : text.rfind(']');
  return text.substr(start, end - start);
}

}  // namespace poolder::detail
