#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report.hpp"
#include "results.hpp"

namespace bench {

/// A point of a line: where it stands from left to right, and its figure there.
struct Point {
  double x;
  const Figure* figure;
};
struct Line {
  std::string name;
  std::vector<Point> points;
};
/// Lines over one axis, upwards on a logarithmic scale, with the spread of each point.
struct Chart {
  std::string title, below;
  std::string across;                                   ///< what the lower axis counts
  std::vector<std::pair<double, std::string>> marks{};  ///< of the lower axis
  std::vector<Line> lines{};

  /// Adds a point to the subject's line, and its mark to the axis.
  void add(double x, std::string mark, const Figure& figure);
};

std::string drawing_of(const Chart& chart, const Description& machine);

}  // namespace bench
