#include "svg.hpp"

#include <fmt/format.h>

namespace bench {

namespace {

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char each : text) {
    if (each == '<') {
      safe += "&lt;";
    } else if (each == '&') {
      safe += "&amp;";
    } else {
      safe += each;
    }
  }
  return safe;
}

}  // namespace

std::string text_at(double x, double y, const std::string& text, const char* attributes) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                     escaped(text));
}

std::string page(double height, const std::string& title, const std::string& below,
                 const std::string& body, const Description& machine) {
  std::string about;
  for (const auto& [name, value] : machine)
    about += fmt::format("{}{}: {}", about.empty() ? "" : ", ", name, value);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" "
             "width=\"{0}\" height=\"{1:.0f}\" font-family=\"sans-serif\" "
             "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
             page_width, height) +
         text_at(16, 24, title, "font-size=\"16\" font-weight=\"bold\"") +
         text_at(16, 44, below, "fill=\"#4b5563\"") + body + "<desc>" + escaped(about) +
         "</desc>\n</svg>\n";
}

bool is_ours(const std::string& subject) { return subject.starts_with("poolder"); }

}  // namespace bench
