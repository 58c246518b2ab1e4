#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <type_traits>

#include <poolder/core/error.hpp>

namespace poolder {

inline void PrintTo(ErrorCode code, std::ostream* out) { *out << to_string(code); }

}  // namespace poolder

namespace poolder_tests {

/// The code of the poolder::Error that f() throws; nothing where it throws none. Other exceptions
/// pass.
template <class F>
std::optional<poolder::ErrorCode> error_of(F&& f) {
  try {
    static_cast<void>(f());
  } catch (const poolder::Error& error) {
    return error.code();
  }
  return std::nullopt;
}
template <class F>
requires std::is_void_v<std::invoke_result_t<F>> std::optional<poolder::ErrorCode> error_of(F&& f) {
  return error_of([&] { return f(), 0; });
}

/// The text of the poolder::Error that f() throws; empty where it throws none.
template <class F>
std::string words_of(F&& f) {
  try {
    f();
  } catch (const poolder::Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace poolder_tests
