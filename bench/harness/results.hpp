#pragma once

#include <string>
#include <vector>

namespace bench {

/// What a figure is counted in; decides how it is printed.
enum class Unit { per_second, nanoseconds, bytes, count };

const char* name_of(Unit unit) noexcept;

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

/// All figures of this program run, in the order in which they first came.
class Results {
 public:
  void add(const Figure& of_one_run);

  const std::vector<Figure>& figures() const noexcept { return figures_; }

 private:
  std::vector<Figure> figures_;
};

}  // namespace bench
