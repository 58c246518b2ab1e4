#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "results.hpp"

namespace bench {

/// A workload did not do what it was timed for.
class WrongResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws WrongResult. For what every run checks about its own outcome.
inline void expect(bool as_it_should_be, std::string_view what) {
  if (!as_it_should_be) throw WrongResult{std::string{what}};
}

template <class Value>
void expect_equal(Value is, Value should_be, std::string_view what) {
  if (is != should_be)
    throw WrongResult{std::string{what} + ": " + std::to_string(is) + " instead of " +
                      std::to_string(should_be)};
}

/// One run of one subject; takes what it measured.
class Run {
 public:
  void record(std::string metric, Unit unit, double value) {
    figures_.push_back({{}, {}, {}, std::move(metric), unit, {value}});
  }
  /// Operations in a span of seconds.
  void rate(std::size_t operations, double seconds) {
    record("rate", Unit::per_second, static_cast<double>(operations) / seconds);
  }
  /// The median and the tail of latencies in nanoseconds, which it sorts; of the tail only what
  /// they are enough for.
  void latencies(std::vector<float>& nanoseconds);
  /// The same, and the whole curve from the least to nearly the longest.
  void latency_curve(std::vector<float>& nanoseconds);

  const std::vector<Figure>& figures() const noexcept { return figures_; }

 private:
  std::vector<Figure> figures_;
};

/// One of those that do the same work beside each other.
struct Subject {
  std::string name;
  std::function<void(Run&)> once;
};

/// How a subject's runs are made.
enum class Runs {
  warmed_up,   ///< one more in front, which does not count
  on_its_own,  ///< each in a child process, so that memory is counted from nothing; no warm-up
  few,         ///< at most two, for what takes long by its nature; no warm-up
};

/// What a workload is run with.
class Session {
 public:
  Session(Results& results, std::string workload, int runs, bool quick)
      : results_(results), workload_(std::move(workload)), runs_(runs), quick_(quick) {}

  /// Runs the subjects in turn, again and again, so that whatever else the machine does meets all
  /// of them.
  void compare(const std::string& variant, const std::vector<Subject>& subjects,
               Runs runs = Runs::warmed_up);

  bool quick() const noexcept { return quick_; }
  /// A number of operations, a twentieth of it when there is no time.
  std::size_t scaled(std::size_t operations) const noexcept {
    return quick_ ? operations / 20 + 1 : operations;
  }
  std::chrono::milliseconds scaled(std::chrono::milliseconds span) const noexcept {
    return quick_ ? span / 10 : span;
  }

 private:
  void take(const std::string& variant, const Subject& subject, const Run& run);

  Results& results_;
  std::string workload_;
  int runs_;
  bool quick_;
};

}  // namespace bench
