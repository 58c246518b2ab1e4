#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <poolder/poolder.hpp>

#include "record/summary.hpp"
#include "store/index_reader.hpp"

namespace indexer::terminal {

/// Files by kind and problems by name, each with its count: "3120 text, 1935 gzip text".
std::string counts_text(const store::Counts& counts);

/// A line for each problem: what, where, why.
std::string problems_text(const std::vector<store::ListedProblem>& problems);

/// Where the time went: a line for each pool with its own statistics, and the time in each phase of
/// the work.
std::string time_report(const std::vector<poolder::PoolStats>& pools,
                        const record::PhaseTimes& phases, std::chrono::nanoseconds took);

}  // namespace indexer::terminal
