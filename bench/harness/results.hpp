#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What a figure is counted in; decides how it is printed.
enum class Unit { per_second, nanoseconds, bytes, count };

const char* name_of(Unit unit) noexcept;
/// True of rates; of all else, less is better.
constexpr bool more_is_better(Unit unit) noexcept { return unit == Unit::per_second; }

/// One quantity that was measured: "casts", "1 producer, 8 workers", "poolder", "rate". One value
/// for each run.
struct Figure {
  std::string workload, variant, subject, metric;
  Unit unit;
  std::vector<double> values;

  double median() const;
  double least() const;
  double most() const;
};

/// Metrics that begin so are points of a curve: drawn and kept, but in no table.
inline constexpr std::string_view latency_at = "latency at ";
inline bool on_curve(const Figure& figure) { return figure.metric.starts_with(latency_at); }

/// All figures of this program run, in the order in which they first came.
class Results {
 public:
  void add(const Figure& of_one_run);

  const std::vector<Figure>& figures() const noexcept { return figures_; }

 private:
  std::vector<Figure> figures_;
};

}  // namespace bench
