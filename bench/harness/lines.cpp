#include "lines.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "svg.hpp"

namespace bench {

namespace {

constexpr double left = 84, right = 620, top = 70, bottom = 400;
constexpr const char* colours[] = {"#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2",
                                   "#be185d", "#4b5563", "#65a30d", "#92400e", "#111827"};
constexpr const char* own_colours[] = {"#2563eb", "#1e3a8a", "#60a5fa"};

/// From a value to its place.
class Axis {
 public:
  Axis(double least, double most, double from, double to)
      : least_(least), most_(most > least ? most : least + 1), from_(from), to_(to) {}
  double at(double value) const {
    return from_ + (to_ - from_) * (value - least_) / (most_ - least_);
  }

 private:
  double least_, most_, from_, to_;
};

struct Span {
  double least = INFINITY, most = 0;
};

Span span_of(const Chart& chart) {
  Span span;
  for (const Line& line : chart.lines)
    for (const Point& each : line.points) {
      if (each.figure->least() > 0) span.least = std::min(span.least, each.figure->least());
      span.most = std::max(span.most, each.figure->most());
    }
  return span.most > 0 ? span : Span{0.1, 1};
}

double height_of(const Axis& upwards, double value, const Span& span) {
  return upwards.at(std::log10(std::max(value, span.least)));
}

// 1, 2, 5, 10, ...; where that would be too many, only the powers of ten.
std::string grid(const Axis& upwards, const Span& span, Unit unit) {
  std::string drawn;
  const bool only_tens = span.most > span.least * 1'000;
  for (double ten = std::pow(10, std::floor(std::log10(span.least))); ten <= span.most; ten *= 10)
    for (const int step : {1, 2, 5}) {
      const double value = ten * step;
      if (value < span.least || value > span.most || (only_tens && step > 1)) continue;
      const double y = height_of(upwards, value, span);
      drawn +=
          fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#e5e7eb\"/>\n", left, y, right);
      drawn += text_at(left - 6, y + 4, readable(value, unit), "text-anchor=\"end\"");
    }
  return drawn;
}

// Where they would run into each other, the first stays.
std::string marks_of(const Chart& chart, const Axis& across) {
  std::string drawn =
      text_at((left + right) / 2, bottom + 40, chart.across, "text-anchor=\"middle\"");
  double taken = 0;
  for (const auto& [x, name] : chart.marks) {
    if (across.at(x) < taken) continue;
    drawn += text_at(across.at(x), bottom + 18, name, "text-anchor=\"middle\"");
    taken = across.at(x) + 40;
  }
  return drawn;
}

std::string line_of(const Line& line, const char* colour, const Axis& across, const Axis& upwards,
                    const Span& span) {
  std::string path, spreads;
  for (const Point& each : line.points) {
    const double x = across.at(each.x);
    const double y = height_of(upwards, each.figure->median(), span);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
    spreads +=
        fmt::format("M{:.1f} {:.1f}V{:.1f}", x, height_of(upwards, each.figure->least(), span),
                    height_of(upwards, each.figure->most(), span));
  }
  return fmt::format(
      "<path d=\"{0}\" stroke=\"{2}\" stroke-width=\"{3}\" fill=\"none\"/>\n"
      "<path d=\"{1}\" stroke=\"{2}\" fill=\"none\" opacity=\"0.6\"/>\n",
      path, spreads, colour, is_ours(line.name) ? 3 : 1.5);
}

std::string key(const std::string& name, const char* colour, double y) {
  return fmt::format("<path d=\"M{:.1f} {:.1f}h18\" stroke=\"{}\" stroke-width=\"3\"/>\n",
                     right + 20, y - 4, colour) +
         text_at(right + 44, y, name);
}

}  // namespace

void Chart::add(double x, std::string mark, const Figure& figure) {
  if (std::none_of(marks.begin(), marks.end(), [x](const auto& each) { return each.first == x; }))
    marks.emplace_back(x, std::move(mark));
  auto line = std::find_if(lines.begin(), lines.end(),
                           [&](const Line& each) { return each.name == figure.subject; });
  if (line == lines.end()) line = lines.insert(lines.end(), {figure.subject, {}});
  line->points.push_back({x, &figure});
}

std::string drawing_of(const Chart& chart, const Description& machine) {
  const auto [first, last] = std::minmax_element(chart.marks.begin(), chart.marks.end());
  const Axis across{first->first, last->first, left + 10, right - 10};
  const Span span = span_of(chart);
  const Axis upwards{std::log10(span.least), std::log10(span.most), bottom, top};

  std::string body = grid(upwards, span, chart.lines.front().points.front().figure->unit);
  body += marks_of(chart, across);
  double y = top + 10;
  std::size_t other = 0, own = 0;
  for (const Line& line : chart.lines) {
    const char* colour = is_ours(line.name) ? own_colours[own++ % std::size(own_colours)]
                                            : colours[other++ % std::size(colours)];
    body += line_of(line, colour, across, upwards, span) + key(line.name, colour, y);
    y += 20;
  }
  return page(std::max(bottom + 56, y + 16), chart.title, chart.below, body, machine);
}

}  // namespace bench
