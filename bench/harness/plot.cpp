#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lines.hpp"
#include "svg.hpp"

namespace bench {

namespace {

constexpr double left = 330, bar_width = 330, line = 22, top = 64;
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

std::string bar(const Figure& figure, const Scale& scale, double y) {
  const double end = scale.at(figure.median());
  const double from = scale.at(figure.least()), to = scale.at(figure.most());
  std::string drawn = text_at(left - 8, y + 14, figure.subject, "text-anchor=\"end\"");
  drawn += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\" fill=\"{}\"/>\n", left, y + 3,
      std::max(1.0, end - left), is_ours(figure.subject) ? "#2563eb" : "#9ca3af");
  drawn += fmt::format(
      "<path d=\"M{0:.1f} {2:.1f}H{1:.1f}M{0:.1f} {3:.1f}v8M{1:.1f} {3:.1f}v8\" "
      "stroke=\"#111827\" fill=\"none\"/>\n",
      from, to, y + 10, y + 6);
  return drawn + text_at(std::max(end, to) + 8, y + 14, readable(figure.median(), figure.unit));
}

std::string title_of(const Figure& figure) { return figure.workload + ": " + figure.metric; }
const char* direction(Unit unit) {
  return more_is_better(unit) ? "more is better" : "less is better";
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
  return page(y + 16, title_of(first),
              fmt::format("medians of {} runs, lines from least to most{}; {}", first.values.size(),
                          scale.logarithmic() ? "; logarithmic" : "", direction(first.unit)),
              bars, machine);
}

// "among 10 000 workers": ten thousand; nothing where there is no number.
std::optional<double> number_in(const std::string& variant) {
  const std::size_t first = variant.find_first_of("0123456789");
  if (first == std::string::npos) return std::nullopt;
  return std::strtod(variant.c_str() + first, nullptr);
}

std::string without_number(std::string variant) {
  std::erase_if(variant, [](char each) { return each >= '0' && each <= '9'; });
  return variant;
}

// Cases that differ in a number, four of them or more, make a line.
bool along_a_number(const Rows& rows) {
  std::set<double> numbers;
  for (const Figure* each : rows) {
    const auto number = number_in(each->variant);
    if (!number || *number <= 0) return false;
    numbers.insert(*number);
  }
  return numbers.size() >= 4;
}

std::string compact(double number) {
  if (number >= 1e6) return fmt::format("{:g}M", number / 1e6);
  return number >= 1e3 ? fmt::format("{:g}k", number / 1e3) : fmt::format("{:g}", number);
}

std::string curve(const Rows& rows, const Description& machine) {
  const Figure& first = *rows.front();
  Chart chart{title_of(first),
              fmt::format("medians of {} runs, with their spread; both scales logarithmic; {}",
                          first.values.size(), direction(first.unit)),
              without_number(rows.back()->variant)};
  for (const Figure* each : rows) {
    const double number = *number_in(each->variant);
    chart.add(std::log10(number), compact(number), *each);
  }
  return drawing_of(chart, machine);
}

// From the least at the left through the median to the slowest in a thousand at the right.
std::string percentiles(const Rows& rows, const Description& machine) {
  const Figure& first = *rows.front();
  Chart chart{first.workload + ": latency, " + first.variant,
              fmt::format("how long each share of them took at most; medians of {} runs, with "
                          "their spread; logarithmic; less is better",
                          first.values.size()),
              "share of them"};
  for (const Figure* each : rows) {
    const std::string share = each->metric.substr(latency_at.size());
    chart.add(-std::log10(1 - std::strtod(share.c_str(), nullptr) / 100), share, *each);
  }
  return drawing_of(chart, machine);
}

}  // namespace

std::string plot_file(const std::string& workload, const std::string& metric) {
  std::string name = workload + "-" + metric;
  std::replace_if(
      name.begin(), name.end(), [](char each) { return each == ' ' || each == '/' || each == ','; },
      '_');
  return name + ".svg";
}

void write_plots(const std::string& directory, const Results& results, const Description& machine) {
  std::map<std::pair<std::string, std::string>, Rows> drawings, curves;
  for (const Figure& each : results.figures())
    on_curve(each) ? curves[{each.workload, latency_of(each.variant)}].push_back(&each)
                   : drawings[{each.workload, each.metric}].push_back(&each);
  std::filesystem::create_directories(directory);
  const auto path = [&](const auto& what) {
    return directory + "/" + plot_file(what.first, what.second);
  };
  for (const auto& [what, rows] : drawings)
    write_file(path(what), along_a_number(rows) ? curve(rows, machine) : drawing(rows, machine));
  for (const auto& [what, rows] : curves) write_file(path(what), percentiles(rows, machine));
}

}  // namespace bench
