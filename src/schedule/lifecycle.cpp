// How a scheduler starts, ends, and starts afresh.

#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/registry.hpp"
#include "schedule/scheduler_core.hpp"

namespace poolder::detail {

static SchedulerOptions without_views(SchedulerOptions options) {
  options.name = options.time_zone = {};
  return options;
}

SchedulerCore::SchedulerCore(std::shared_ptr<RuntimeCore> runtime, SchedulerBlueprint blueprint)
    : Engine(std::move(runtime), {"Scheduler", blueprint.type, blueprint.options.name},
             blueprint.options.shutdown),
      options_(without_views(blueprint.options)),
      defined_(std::move(blueprint.jobs)),
      hooks_(blueprint.hooks),
      factory_(std::move(blueprint.factory)),
      zone_(TimeZone::find(blueprint.options.time_zone)),
      may_hibernate_(hooks_.handle_hibernate && options_.hibernate_after != infinity),
      may_share_ticks_(!this->runtime().choices()),  // a simulation is exact
      clock_(*this, std::max(options_.priority, Priority::normal)),
      timetable_(zone_, moment()),
      stop_(std::nostopstate),
      random_(this->runtime().choices() ? this->runtime().choices()->next()
                                        : static_cast<std::uint64_t>(this->runtime().now())) {}

std::shared_ptr<SchedulerCore> SchedulerCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                                    SchedulerBlueprint blueprint) {
  runtime->check_thread();
  runtime->registry().check_free("Scheduler", blueprint.options.name);
  auto core = std::make_shared<SchedulerCore>(runtime, std::move(blueprint));
  core->begin_again();
  core->open();
  core->start_clock();
  return core;
}

std::shared_ptr<ScheduledJob> SchedulerCore::defined(
    const DefinedJob& job, const std::shared_ptr<void>& definition) const {
  auto made = std::make_shared<ScheduledJob>();
  made->name = job.name;
  made->member = job.run;
  made->definition = definition;
  made->listed = true;
  return made;
}

void SchedulerCore::begin_again() {
  auto definition = factory_->make();
  std::vector<std::shared_ptr<ScheduledJob>> jobs;
  for (const DefinedJob& each : defined_) jobs.push_back(defined(each, definition));
  std::stop_source stop;
  const Moment now = moment();
  cell_.enter([&] {
    definition_.swap(definition);
    by_row_.swap(jobs);
    by_name_.clear();
    timetable_ = Timetable{zone_, now};
    for (std::size_t i = 0; i < by_row_.size(); ++i) {
      ScheduledJob& job = *by_row_[i];
      by_name_.emplace(job.name, &job);
      job.row = timetable_.add();
      timetable_.set(job.row, defined_[i].when, now);
    }
    under_way_ = 0;
    waiting_ = 0;
    given_up_ = 0;
    has_objects_ = true;
    hibernating_ = hibernated_ = false;
    idle_since_ = now.steady;
    std::swap(stop_, stop);
    accepting_ = true;
  });
}

bool SchedulerCore::is_idle() const noexcept {
  return under_way_ == 0 && waiting_ == 0 && handlers() == 0;
}

// What is queued sees that the scheduler accepts no more, and gives up by itself; what waits for
// its next attempt is given up here.
void SchedulerCore::begin_stop() {
  std::shared_ptr<SchedulerCore> kept;
  Aftermath rest;
  const std::stop_source stop = cell_.enter([&] {
    accepting_ = false;
    if (!ticking_ && armed_for_ != never && runtime().cancel(clock_)) {
      armed_for_ = never;
      kept = std::move(clock_self_);
    }
    drop_all(rest);
    let_go_if_last(rest);
    return stop_;
  });
  stop.request_stop();
  carry_out(rest);
}

void SchedulerCore::give_up_rest() {
  Aftermath rest;
  cell_.enter([&] {
    for (JobRun* run : std::exchange(held_, {})) give_up_run(*run, rest);
    if (has_objects_) let_go(rest);
  });
  carry_out(rest);
}

void SchedulerCore::take_back() {
  cell_.enter([&] { accepting_ = false; });
  give_up_rest();
}

// Everything of the user's that no run holds.
void SchedulerCore::let_go(Aftermath& rest) {
  has_objects_ = false;
  rest.given_up += std::exchange(given_up_, 0);
  by_name_.clear();
  for (auto& job : std::exchange(by_row_, {}))
    if (job) release(std::move(job), rest);
  destroy(std::move(definition_), rest);
}

void SchedulerCore::let_go_if_last(Aftermath& rest) {
  const bool last = under_way_ == 0 && handlers() == 0;
  if (!accepting_ && last && has_objects_) let_go(rest);
}

std::stop_token SchedulerCore::stop_token(Generation generation) {
  auto token = cell_.enter(
      [&] { return generation == this->generation() ? stop_.get_token() : std::stop_token{}; });
  if (token.stop_possible()) return token;
  std::stop_source over;
  over.request_stop();
  return over.get_token();
}

}  // namespace poolder::detail
