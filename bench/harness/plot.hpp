#pragma once

#include <string>

#include "report.hpp"
#include "results.hpp"

namespace bench {

/// A drawing for each workload and metric, DIRECTORY/workload-metric.svg: a bar for the median of
/// each subject, a line from the least to the most. Throws std::runtime_error where a file cannot
/// be written.
void write_plots(const std::string& directory, const Results& results, const Description& machine);

}  // namespace bench
