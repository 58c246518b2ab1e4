#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <poolder/core/random.hpp>
#include <poolder/schedule/options.hpp>

namespace poolder_tests {

using Time = std::int64_t;  // nanoseconds since the start

/// What a job does in an attempt that begins at a time: drawn from both, so that model and job
/// agree without speaking.
struct Deed {
  enum class End { well, fails, every, stop_this } end;
  Time lasts;
  Time interval;  ///< where it ends with every()

  static Deed of(std::uint64_t seed, int job, Time begun) {
    poolder::detail::Random random{seed ^ static_cast<std::uint64_t>(begun) * 31 ^
                                   static_cast<std::uint64_t>(job) << 50};
    constexpr Time second = 1'000'000'000;
    Deed deed{End::well, 0, 0};
    // Never whole milliseconds: no run ends when another event comes.
    if (random.below(2) == 0) deed.lasts = random.below(4'000) * Time{1'000'000} + 1;
    if (random.below(3) == 0) deed.end = End::fails;
    if (deed.end == End::well && random.below(8) == 0) deed.end = End::every;
    if (deed.end == End::well && random.below(30) == 0) deed.end = End::stop_this;
    deed.interval = (1 + random.below(5)) * second;
    return deed;
  }
};

/// One job of a scheduler by the rules, one event after another. Times of intervals are whole
/// half-seconds, ends of runs are not.
class JobModel {
 public:
  JobModel(std::uint64_t seed, int job, const poolder::SchedulerOptions& options)
      : seed_(seed), job_(job), options_(options) {}

  void set(Time interval, Time now) {
    interval_ = interval;
    due_ = now + interval;
    listed = true;
  }
  void pause() { paused = true; }
  void resume(Time now) {
    paused = false;
    skip_to(now);
    begin_waiting(now);
  }
  void run_now(Time now) {
    const std::uint64_t before = waiting;
    request(now, now);
    by_hand_ += waiting - before;
  }
  void cancel() {
    listed = paused = false;
    skipped += waiting;
    waiting = by_hand_ = 0;
    std::erase_if(runs_under_way_, [&](const Run& run) {
      if (!run.in_backoff) return false;
      ++failed;
      return true;
    });
    for (Run& run : runs_under_way_) run.cancelled = true;
  }

  void advance(Time to) {
    for (;;) {
      const bool falls_due = listed && !paused;
      const auto first = std::min_element(
          runs_under_way_.begin(), runs_under_way_.end(),
          [](const Run& left, const Run& right) { return left.until < right.until; });
      const bool has_run = first != runs_under_way_.end() && first->until <= to;
      if (falls_due && due_ <= to && (!has_run || due_ < first->until)) {
        const Time due = due_;
        due_ += interval_;
        request(due, due);
      } else if (has_run) {
        const Run run = *first;
        runs_under_way_.erase(first);
        run.in_backoff ? attempt(run, run.until) : end(run, run.until);
      } else {
        return;
      }
    }
  }

  bool running() const { return !runs_under_way_.empty(); }
  std::optional<Time> next() const { return paused ? std::nullopt : std::optional{due_}; }

  bool listed = false, paused = false;
  std::uint64_t runs = 0, failed = 0, skipped = 0, waiting = 0;

 private:
  struct Run {
    Time due;
    int number = 0;  // of the attempt
    Time until = 0;
    Time begun = 0;
    bool in_backoff = false;
    bool cancelled = false;
  };

  void skip_to(Time now) {
    while (due_ <= now) due_ += interval_;
  }

  void request(Time due, Time now) {
    last_due_ = due;
    if (!running() || options_.overlap == poolder::Overlap::allow) {
      begin(due, now);
    } else if (options_.overlap == poolder::Overlap::skip) {
      ++skipped;
    } else {
      ++waiting;
    }
  }

  void begin(Time due, Time now) {
    ++runs;
    attempt(Run{due}, now);
  }

  void begin_waiting(Time now) {
    if (waiting == 0 || running() || (paused && by_hand_ == 0)) return;
    --waiting;
    if (by_hand_ > 0) --by_hand_;
    begin(last_due_, now);
  }

  void attempt(Run run, Time now) {
    ++run.number;
    run.in_backoff = false;
    run.begun = now;
    run.until = now + Deed::of(seed_, job_, now).lasts;
    run.until == now ? end(run, now) : runs_under_way_.push_back(run);
  }

  void end(Run run, Time now) {
    const Deed deed = Deed::of(seed_, job_, run.begun);
    if (deed.end == Deed::End::fails) {
      if (run.number < options_.retry.max_attempts && !run.cancelled) {
        run.in_backoff = true;
        run.until = now + options_.retry.backoff.count();
        runs_under_way_.push_back(run);
        return;
      }
      ++failed;
    }
    if (deed.end == Deed::End::every && !run.cancelled && deed.interval != interval_) {
      interval_ = deed.interval;
      due_ = run.due + interval_;
      skip_to(now);
    }
    if (deed.end == Deed::End::stop_this && !run.cancelled) cancel();
    begin_waiting(now);
  }

  const std::uint64_t seed_;
  const int job_;
  const poolder::SchedulerOptions options_;
  Time interval_ = 0, due_ = 0, last_due_ = 0;
  std::uint64_t by_hand_ = 0;  // of those that wait
  std::vector<Run> runs_under_way_;
};

}  // namespace poolder_tests
