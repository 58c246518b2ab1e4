#include "runtime/log.hpp"

#include <cstdio>

namespace poolder::detail {

void log(std::string_view line) noexcept {
  std::fprintf(stderr, "poolder: %.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace poolder::detail
