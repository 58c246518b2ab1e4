#include "batch/batcher_core.hpp"

#include <algorithm>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/registry.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

namespace {

BatcherOptions without_name(BatcherOptions options) {
  options.name = {};
  return options;
}

}  // namespace

std::shared_ptr<BatcherCore> BatcherCore::start(std::shared_ptr<RuntimeCore> runtime,
                                                BatcherBlueprint blueprint) {
  if (blueprint.options.max_weight != unlimited && !blueprint.weighs)
    fail(ErrorCode::invalid_argument,
         "BatcherOptions.max_weight is set, but the definition has no `std::size_t weigh(const "
         "Item&)`");
  runtime->registry().check_free("Batcher", blueprint.options.name);
  auto core = std::make_shared<BatcherCore>(std::move(runtime), std::move(blueprint));
  core->definition_ = core->factory_->make();
  core->open();
  core->arm_hibernation();
  return core;
}

BatcherCore::BatcherCore(std::shared_ptr<RuntimeCore> runtime, BatcherBlueprint blueprint)
    : Engine(std::move(runtime), {"Batcher", blueprint.type, blueprint.options.name},
             blueprint.options.shutdown),
      type_(blueprint.definition),
      options_(without_name(blueprint.options)),
      weighs_(options_.max_weight != unlimited),
      hibernates_(options_.hibernate_after != infinity),
      pushes_inside_(!hibernates_ || options_.timeout != infinity),
      factory_(std::move(blueprint.factory)),
      queue_(type_.item, options_),
      random_(Random::mix(reinterpret_cast<std::uintptr_t>(this)) ^
              static_cast<std::uint64_t>(this->runtime().now())) {
  show_places();
}

BatcherCore::~BatcherCore() { runtime().wait_graph().set_places(static_cast<Engine*>(this), {}); }

// For whoever waits for room, which as many handlers can make: each has an item at least.
void BatcherCore::show_places() {
  runtime().wait_graph().set_places(
      static_cast<Engine*>(this),
      {std::min(options_.max_concurrent_batches, options_.queue.capacity),
       cell_.enter([&] { return generation(); })});
}

bool BatcherCore::pop_at(std::size_t index, void* to) {
  check_thread();
  Effects effects;
  enum class Popped { yes, no, stopped };
  const Popped popped = cell_.enter([&] {
    if (!is_running()) return Popped::stopped;
    if (!queue_.pop_at(index, to)) return Popped::no;
    if (hibernates_) touched(runtime().now(), effects);
    admit(effects);
    prompt(effects);
    return Popped::yes;
  });
  carry_out(effects);
  if (popped == Popped::stopped) check_open();
  return popped == Popped::yes;
}

void BatcherCore::flush() {
  check_thread();
  Effects effects;
  const bool open = cell_.enter([&] {
    if (!is_running()) return false;
    queue_.hand_over();
    prompt(effects);
    return true;
  });
  carry_out(effects);
  if (!open) check_open();
}

bool BatcherCore::drain(Duration deadline) {
  check_thread();
  if (runs_here()) return Engine::drain(deadline);  // which says why not
  Effects effects;
  cell_.enter([&] {
    ++draining_;
    queue_.hand_over();
    prompt(effects);
  });
  struct Drained {
    BatcherCore& core;
    ~Drained() {
      core.cell_.enter([this] { --core.draining_; });
    }
  } const drained{*this};
  carry_out(effects);
  return Engine::drain(deadline);
}

std::size_t BatcherCore::size() const {
  check_thread();
  return cell_.enter([&] { return queue_.size(); });
}

BatcherStats BatcherCore::stats() const {
  check_thread();
  BatcherStats stats = cell_.enter([&] {
    BatcherStats now;
    now.queued = queue_.size();
    now.held = queue_.held();
    now.items = items_;
    now.batches = batches_;
    now.failed = failed_;
    now.retried = retried_;
    now.dropped = dropped_ + queue_.pushed_out();
    return now;
  });
  stats.name = name();
  return stats;
}

EngineStats BatcherCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  stats.size = options_.max_concurrent_batches;
  cell_.enter([&] {
    stats.busy = handlers();
    stats.queued = queue_.held();
    stats.processed = items_;
    stats.failed = failed_;
    stats.retried = retried_;
    stats.dropped = dropped_ + queue_.pushed_out();
  });
  return stats;
}

std::size_t BatcherCore::spare_batches() const {
  return cell_.enter([&] { return queue_.spare(); });
}

// Whoever opened a batch, or let go of one, may have something to do outside.
void BatcherCore::carry_out(Effects& effects) {
  for (WaitPoint* each : std::exchange(effects.admitted, {})) each->signal();
  for (; effects.lanes > 0; --effects.lanes) start_lane(effects.generation, effects.to_back);
  if (effects.flush_at != never) timeout_.arm(effects.flush_at);
  if (effects.hibernate_at != never) hibernation_.arm(effects.hibernate_at);
  if (effects.resting != 0)
    run_after(runtime(), Duration{effects.rest_until - runtime().now()},
              [core = weak_from_this(), ticket = effects.resting, generation = effects.generation] {
                if (const auto self = core.lock())
                  static_cast<BatcherCore&>(*self).backoff_over(ticket, generation);
              });
  const auto kept = effects.pushed_out + effects.given_up > 0 ? shared_from_this() : nullptr;
  tell(effects.told);
  if (effects.pushed_out > 0)
    report_given_up(effects.pushed_out, "the queue was full and drops the oldest");
  if (effects.given_up > 0) {
    tell_batch(Event::Kind::job_failed, effects.given_up, 0, stopped_first);
    report_given_up(effects.given_up, stopped_first);
  }
  HeldBatch::free(effects.freed);  // last: an item may own the batcher, and so wait for its end
}

void BatcherCore::backoff_over(std::uint64_t ticket, Generation generation) {
  Effects effects;
  cell_.enter([&] {
    if (generation == this->generation() && queue_.wake(ticket)) prompt(effects);
  });
  carry_out(effects);
}

Ticks BatcherCore::timeout_due() {
  Effects effects;
  const Ticks next = cell_.enter([&]() -> Ticks {
    if (is_running() && queue_.size() > 0) {
      if (runtime().now() < deadline_) return deadline_;
      queue_.hand_over();
      prompt(effects);
    }
    timeout_.rest();
    return never;
  });
  carry_out(effects);
  return next;
}

// While anything is to be handled it rests: the end of that arms it again.
Ticks BatcherCore::hibernation_due() {
  Effects effects;
  BatchList memory;
  const Ticks next = cell_.enter([&]() -> Ticks {
    const bool collects = options_.timeout != infinity && queue_.size() > 0;
    if (is_running() && handlers() == weighing_ && queue_.held() == queue_.size() && !collects) {
      const Ticks due = after(last_, options_.hibernate_after);
      if (runtime().now() < due) return due;
      memory = queue_.give_back_memory();
      hibernate_due_ = type_.handle_hibernate != nullptr;
      prompt(effects);
    }
    hibernation_.rest();
    return never;
  });
  while (HeldBatch* each = memory.pop_front()) HeldBatch::free(each);
  carry_out(effects);
  return next;
}

void BatcherCore::arm_hibernation() {
  if (!hibernates_) return;
  Effects effects;
  cell_.enter([&] { touched(runtime().now(), effects); });
  carry_out(effects);
}

void BatcherCore::report_lost(std::size_t items, std::string_view why) noexcept {
  cell_.enter([&] { dropped_ += items; });
  report_given_up(items, why);
}

void BatcherCore::report_given_up(std::size_t items, std::string_view why,
                                  bool unhandled) noexcept {
  if (runtime().events().anyone())
    tell_batch(Event::Kind::job_dropped, items, 0, why);
  else if (unhandled)
    log_once(2, "gave up " + std::to_string(items) + " items of type " +
                    std::string(type_.item_name) + ": " + std::string(why));
}

void BatcherCore::tell_batch(Event::Kind kind, std::size_t items, int attempt,
                             std::string_view what, Duration delay) const noexcept {
  (void)tell_event([&] {
    return Event{.kind = kind,
                 .task = std::string(type_.item_name),
                 .attempt = attempt,
                 .what = std::string(what),
                 .duration = delay,
                 .count = items};
  });
}

}  // namespace poolder::detail
