#include "results.hpp"

#include <algorithm>

namespace bench {

const char* name_of(Unit unit) noexcept {
  switch (unit) {
    case Unit::per_second:
      return "1/s";
    case Unit::nanoseconds:
      return "ns";
    case Unit::bytes:
      return "bytes";
    case Unit::count:
      return "count";
  }
  return "";
}

double Figure::median() const {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double Figure::least() const { return *std::min_element(values.begin(), values.end()); }
double Figure::most() const { return *std::max_element(values.begin(), values.end()); }

void Results::add(const Figure& of_one_run) {
  for (Figure& each : figures_) {
    if (each.workload != of_one_run.workload || each.variant != of_one_run.variant ||
        each.subject != of_one_run.subject || each.metric != of_one_run.metric)
      continue;
    each.values.insert(each.values.end(), of_one_run.values.begin(), of_one_run.values.end());
    return;
  }
  figures_.push_back(of_one_run);
}

}  // namespace bench
