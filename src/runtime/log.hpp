#pragma once

#include <string_view>

namespace poolder::detail {

/// One line on stderr, "poolder: " before it. For what nobody else is told.
void log(std::string_view line) noexcept;

}  // namespace poolder::detail
