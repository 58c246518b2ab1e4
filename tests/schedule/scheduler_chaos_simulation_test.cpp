// A scheduler beside a pure model of its rules, over random changes of its jobs while these run,
// fail, are tried again, and change their own times.

#include <array>
#include <map>
#include <string>

#include "schedule/scheduler_model.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Start {
  SimulatedRuntime* runtime;
  std::chrono::steady_clock::time_point time;
  std::uint64_t seed;

  Time now() const { return Duration{runtime->now() - time}.count(); }
};

ScheduleNext live(const Start& start, int job, Context& context) {
  const Deed deed = Deed::of(start.seed, job, start.now());
  if (deed.lasts > 0) context.sleep(Duration{deed.lasts});
  if (deed.end == Deed::End::fails) throw Planned{};
  if (deed.end == Deed::End::every) return every(Duration{deed.interval});
  return deed.end == Deed::End::stop_this ? stop_this() : ScheduleNext{};
}

struct Jobs {
  explicit Jobs(Start its_start) : start(its_start) {}
  ScheduleNext first(Context& context) { return live(start, 0, context); }
  ScheduleNext second(Context& context) { return live(start, 1, context); }

  Start start;

  static constexpr auto jobs =
      poolder::jobs(job<&Jobs::first>("0", 1s), job<&Jobs::second>("1", 3s));
};

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed)
      : random_(seed),
        options_{.retry = {.max_attempts = 3, .backoff = 700ms + 3ns},
                 .overlap = static_cast<Overlap>(seed % 3)},
        runtime_(seed),
        start_{&runtime_, runtime_.now(), seed},
        scheduler_(runtime_, options_, start_) {
    for (const int job : {0, 1}) models_.try_emplace(job, seed, job, options_);
    models_.at(0).set(Duration{1s}.count(), 0);
    models_.at(1).set(Duration{3s}.count(), 0);
  }

  void step() {
    change();
    check();
    const Duration span = random_.below(6) * 500ms;
    runtime_.advance(span);
    runtime_.run_until_idle();
    for (auto& [job, model] : models_) model.advance(start_.now());
    forget();
    check();
  }

  bool drain() { return scheduler_.drain(1h); }
  void cancel_all() {
    scheduler_.cancel_all();
    for (auto& [job, model] : models_) model.cancel();
  }

 private:
  // Of jobs that were added nothing is left once they are cancelled.
  void forget() {
    std::erase_if(models_, [](const auto& each) { return each.first > 1 && !each.second.listed; });
  }

  void change() {
    const int job = static_cast<int>(random_.below(5));
    const std::string name = std::to_string(job);
    const Time interval = (1 + random_.below(5)) * Duration{1s}.count();
    const auto found = models_.find(job);
    if (found == models_.end()) return add(job, interval);

    JobModel& model = found->second;
    const std::uint32_t action = random_.below(24);
    const auto expect = [&](auto&& asked, auto&& modelled) {
      const auto error = error_of(asked);
      EXPECT_EQ(error, model.listed ? std::nullopt : std::optional{ErrorCode::not_found});
      if (model.listed) modelled();
    };
    if (action < 4) {
      scheduler_.schedule(name, Duration{interval});
      model.set(interval, start_.now());
    } else if (action < 8) {
      expect([&] { scheduler_.pause(name); }, [&] { model.pause(); });
    } else if (action < 13) {
      expect([&] { scheduler_.resume(name); }, [&] { model.resume(start_.now()); });
    } else if (action < 16) {
      expect([&] { scheduler_.run_now(name); }, [&] { model.run_now(start_.now()); });
    } else if (action < 18) {
      expect([&] { scheduler_.cancel(name); }, [&] { model.cancel(); });
    }
    runtime_.run_until_idle();
    for (auto& [each, its] : models_) its.advance(start_.now());
    forget();
  }

  void add(int job, Time interval) {
    scheduler_.schedule(
        std::to_string(job), Duration{interval},
        [start = start_, job](Context& context) { return live(start, job, context); });
    models_.try_emplace(job, start_.seed, job, options_);
    models_.at(job).set(interval, start_.now());
  }

  void check() {
    std::map<std::string, JobStats> stats;
    for (const JobStats& each : scheduler_.jobs()) stats.emplace(each.name, each);
    for (const auto& [job, model] : models_) {
      SCOPED_TRACE("job " + std::to_string(job) + " at " + std::to_string(start_.now()));
      const auto found = stats.find(std::to_string(job));
      ASSERT_EQ(found != stats.end(), model.listed);
      if (!model.listed) continue;
      EXPECT_EQ(found->second.runs, model.runs);
      EXPECT_EQ(found->second.failed, model.failed);
      EXPECT_EQ(found->second.skipped, model.skipped);
      EXPECT_EQ(found->second.queued, model.waiting);
      EXPECT_EQ(found->second.running, model.running());
      EXPECT_EQ(found->second.paused, model.paused);
      std::optional<Time> next;
      if (found->second.next)
        next = Duration{*found->second.next - runtime_.system_now()}.count() + start_.now();
      EXPECT_EQ(next, model.next());
    }
  }

  detail::Random random_;
  SchedulerOptions options_;
  SimulatedRuntime runtime_;
  Start start_;
  Scheduler<Jobs> scheduler_;
  std::map<int, JobModel> models_;
};

TEST(SchedulerChaos, DoesWhatAModelOfItsRulesDoes) {
  for_each_seed([](std::uint64_t seed) {
    Chaos chaos{seed};

    for (int step = 0; step < 60 && !testing::Test::HasFailure(); ++step) chaos.step();
    chaos.cancel_all();

    EXPECT_TRUE(chaos.drain());
  });
}

}  // namespace
