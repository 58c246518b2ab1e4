#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

using poolder::detail::Ticks;

struct Alarm : poolder::detail::Timer {
  Alarm() : Timer([](Timer&) noexcept {}) {}
};

/// Deadlines from one to about a thousand seconds from now, in no order.
class Deadlines {
 public:
  explicit Deadlines(Ticks now) : now_(now) {}
  Ticks next() {
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    return now_ + 1'000'000'000 + static_cast<Ticks>(state_ >> 24);
  }

 private:
  Ticks now_;
  std::uint64_t state_ = 42;
};

void arm_and_cancel(std::size_t count, Run& run) {
  const auto each = static_cast<double>(count);
  poolder::Runtime runtime;
  auto& core = *runtime.core();
  Deadlines deadlines{core.now()};
  const double before = resident_bytes();
  const auto pending = std::make_unique<Alarm[]>(count);

  auto start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) core.arm(pending[i], deadlines.next());
  run.record("arm", Unit::nanoseconds, nanoseconds_since(start) / each);
  run.record("memory, each", Unit::bytes, (resident_bytes() - before) / each);

  Alarm extra;
  std::size_t cancelled = 0;
  start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    core.arm(extra, deadlines.next());
    cancelled += core.cancel(extra) ? 1 : 0;
  }
  run.record("arm + cancel beside them", Unit::nanoseconds, nanoseconds_since(start) / each);
  expect_equal(cancelled, count, "timers cancelled at once");

  cancelled = 0;
  start = Clock::now();
  for (std::size_t i = 0; i < count; ++i) cancelled += core.cancel(pending[i]) ? 1 : 0;
  run.record("cancel", Unit::nanoseconds, nanoseconds_since(start) / each);
  expect_equal(cancelled, count, "pending timers cancelled");
}

}  // namespace

void timers(Session& session) {
  const std::size_t count = session.scaled(1'000'000);
  session.compare("1,000,000 pending", {{"poolder", [=](Run& run) { arm_and_cancel(count, run); }}},
                  Runs::on_its_own);
}

}  // namespace bench
