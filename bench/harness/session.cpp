#include "session.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "child.hpp"

namespace bench {

namespace {

float quantile(const std::vector<float>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

void Run::latencies(std::vector<float>& nanoseconds) {
  expect(!nanoseconds.empty(), "no latency was measured");
  std::sort(nanoseconds.begin(), nanoseconds.end());
  record("p50", Unit::nanoseconds, quantile(nanoseconds, 0.5));
  if (nanoseconds.size() >= 100) record("p99", Unit::nanoseconds, quantile(nanoseconds, 0.99));
  if (nanoseconds.size() >= 1'000) record("p99.9", Unit::nanoseconds, quantile(nanoseconds, 0.999));
}

void Run::latency_curve(std::vector<float>& nanoseconds) {
  latencies(nanoseconds);
  for (const double percent : {0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9})
    record(fmt::format("{}{} %", latency_at, percent), Unit::nanoseconds,
           quantile(nanoseconds, percent / 100));
}

void Session::compare(const std::string& variant, const std::vector<Subject>& subjects, Runs runs) {
  const int counted = runs == Runs::few ? std::min(runs_, 2) : runs_;
  for (int i = runs == Runs::warmed_up ? -1 : 0; i < counted; ++i) {
    for (const Subject& each : subjects) {
      Run run;
      if (runs == Runs::on_its_own) {
        run_in_child(each.once, run);
      } else {
        each.once(run);
      }
      if (i >= 0) take(variant, each, run);
    }
  }
}

void Session::take(const std::string& variant, const Subject& subject, const Run& run) {
  for (Figure figure : run.figures()) {
    figure.workload = workload_;
    figure.variant = variant;
    figure.subject = subject.name;
    results_.add(figure);
  }
}

}  // namespace bench
