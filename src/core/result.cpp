#include <poolder/core/result.hpp>

namespace poolder::detail {

std::optional<ErrorCode> code_of(const std::exception_ptr& error) noexcept {
  if (!error) return std::nullopt;
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return known.code();
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace poolder::detail
