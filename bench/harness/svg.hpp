#pragma once

#include <string>

#include "report.hpp"

namespace bench {

/// A text of a drawing, with further attributes of SVG.
std::string text_at(double x, double y, const std::string& text, const char* attributes = "");

/// A whole drawing of what `body` holds, 860 wide.
std::string page(double height, const std::string& title, const std::string& below,
                 const std::string& body, const Description& machine);

inline constexpr double page_width = 860;

/// Whether a subject is to stand out among the others.
bool is_ours(const std::string& subject);

}  // namespace bench
