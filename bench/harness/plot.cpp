#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace bench {

namespace {

constexpr double width = 860, left = 330, bar_width = 330, line = 22, top = 64;
constexpr double log_from = 30;  // what differs by more than this is drawn on a logarithmic scale

/// What one drawing shows, in the order in which it was measured.
using Rows = std::vector<const Figure*>;

class Scale {
 public:
  explicit Scale(const Rows& rows) {
    for (const Figure* each : rows) {
      most_ = std::max(most_, each->most());
      if (each->least() > 0) least_ = std::min(least_, each->least());
    }
    logarithmic_ = most_ > least_ * log_from;
  }

  bool logarithmic() const noexcept { return logarithmic_; }
  double at(double value) const {
    if (most_ <= 0 || value <= 0) return left;
    if (!logarithmic_) return left + bar_width * value / most_;
    const double from = std::floor(std::log10(least_)) - 0.2;
    return left + bar_width * (std::log10(value) - from) / (std::log10(most_) - from);
  }

 private:
  double most_ = 0, least_ = INFINITY;
  bool logarithmic_ = false;
};

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

std::string text_at(double x, double y, const std::string& text, const char* attributes = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes,
                     escaped(text));
}

bool is_ours(const Figure& figure) { return figure.subject.starts_with("poolder"); }

std::string bar(const Figure& figure, const Scale& scale, double y) {
  const double end = scale.at(figure.median());
  const double from = scale.at(figure.least()), to = scale.at(figure.most());
  std::string drawn = text_at(left - 8, y + 14, figure.subject, "text-anchor=\"end\"");
  drawn +=
      fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\" fill=\"{}\"/>\n",
                  left, y + 3, std::max(1.0, end - left), is_ours(figure) ? "#2563eb" : "#9ca3af");
  drawn += fmt::format(
      "<path d=\"M{0:.1f} {2:.1f}H{1:.1f}M{0:.1f} {3:.1f}v8M{1:.1f} {3:.1f}v8\" "
      "stroke=\"#111827\" fill=\"none\"/>\n",
      from, to, y + 10, y + 6);
  return drawn + text_at(std::max(end, to) + 8, y + 14, readable(figure.median(), figure.unit));
}

std::string drawing(const Rows& rows, const Description& machine) {
  const Scale scale{rows};
  const Figure& first = *rows.front();
  double y = top;
  std::string bars, variant;
  for (const Figure* each : rows) {
    if (each->variant != variant) {
      bars += text_at(16, y + 15, each->variant, "font-weight=\"bold\"");
      y += line;
      variant = each->variant;
    }
    bars += bar(*each, scale, y);
    y += line;
  }
  std::string about;
  for (const auto& [name, value] : machine)
    about += fmt::format("{}{}: {}", about.empty() ? "" : ", ", name, value);
  const double height = y + 16;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" "
             "width=\"{0}\" height=\"{1:.0f}\" font-family=\"sans-serif\" "
             "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
             width, height) +
         text_at(16, 24, fmt::format("{}: {}", first.workload, first.metric),
                 "font-size=\"16\" font-weight=\"bold\"") +
         text_at(16, 44,
                 fmt::format("medians of {} runs, lines from least to most{}", first.values.size(),
                             scale.logarithmic() ? "; logarithmic" : ""),
                 "fill=\"#4b5563\"") +
         bars + "<desc>" + escaped(about) + "</desc>\n</svg>\n";
}

}  // namespace

void write_plots(const std::string& directory, const Results& results, const Description& machine) {
  std::map<std::pair<std::string, std::string>, Rows> drawings;
  for (const Figure& each : results.figures())
    drawings[{each.workload, each.metric}].push_back(&each);
  std::filesystem::create_directories(directory);
  for (const auto& [what, rows] : drawings) {
    std::string name = what.first + "-" + what.second;
    std::replace_if(
        name.begin(), name.end(), [](char each) { return each == ' ' || each == '/'; }, '_');
    write_file(directory + "/" + name + ".svg", drawing(rows, machine));
  }
}

}  // namespace bench
