#pragma once

#include <string>

#include "report.hpp"
#include "results.hpp"

namespace bench {

/// A drawing for each workload and metric, DIRECTORY/workload-metric.svg: a bar for the median of
/// each subject, a line from the least to the most; where the cases are four numbers or more, a
/// line for each subject. And a curve of the latencies of each case that has them. Throws
/// std::runtime_error where a file cannot be written.
void write_plots(const std::string& directory, const Results& results, const Description& machine);

/// The name of a drawing.
std::string plot_file(const std::string& workload, const std::string& metric);
/// What stands for the metric where the drawing is that of a case's latencies.
inline std::string latency_of(const std::string& variant) { return "latency, " + variant; }

}  // namespace bench
