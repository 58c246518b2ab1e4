#include "terminal/report.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "terminal/format.hpp"

namespace indexer::terminal {
namespace {

using Lines = std::back_insert_iterator<std::string>;

void add_pool(Lines out, const poolder::PoolStats& pool) {
  fmt::format_to(out, "{:<8} {:>4} {:>10} {:>7} {:>8} {:>8}  {:>9} {:>9}  {:>9} {:>9}\n", pool.name,
                 pool.size, pool.processed, pool.failed, pool.retried, pool.dropped,
                 as_duration(pool.waited.p50), as_duration(pool.waited.p99),
                 as_duration(pool.ran.p50), as_duration(pool.ran.p99));
}

void add_phase(Lines out, record::Phase phase, const record::PhaseTimes& phases,
               std::chrono::nanoseconds all) {
  const auto time = phases[phase];
  const double share =
      all.count() == 0 ? 0 : static_cast<double>(time.count()) / static_cast<double>(all.count());
  fmt::format_to(out, "{:<8} {:>10} {:>6.1f}%\n", to_string(phase), as_duration(time), share * 100);
}

}  // namespace

std::string counts_text(const store::Counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text.empty() ? "none" : text;
}

std::string problems_text(const std::vector<store::ListedProblem>& problems) {
  std::string text;
  for (const store::ListedProblem& each : problems) {
    text += fmt::format("  {:<10} {}: {}\n", each.problem, printable(each.path), each.detail);
  }
  return text;
}

std::string time_report(const std::vector<poolder::PoolStats>& pools,
                        const record::PhaseTimes& phases, std::chrono::nanoseconds took) {
  std::string text;
  const Lines out(text);
  fmt::format_to(out, "{:<8} {:>4} {:>10} {:>7} {:>8} {:>8}  {:>9} {:>9}  {:>9} {:>9}\n", "pool",
                 "size", "processed", "failed", "retried", "dropped", "wait p50", "p99", "run p50",
                 "p99");
  for (const poolder::PoolStats& pool : pools) add_pool(out, pool);

  const auto all = phases.total();
  fmt::format_to(out, "\n{:<8} {:>10}   (all workers together: {} in {})\n", "phase", "time",
                 as_duration(all), as_duration(took));
  for (const record::Phase phase : record::all_phases) add_phase(out, phase, phases, all);
  return text;
}

}  // namespace indexer::terminal
