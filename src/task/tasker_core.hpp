#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <poolder/task/options.hpp>
#include <poolder/task/stats.hpp>

#include "runtime/engine.hpp"
#include "task/runner.hpp"
#include "task/task_queue.hpp"

namespace poolder::detail {

/// A tasker's core: a queue of tasks, and runners that take them.
///
/// Whoever pushes starts at most one runner, and only where none is on its way yet; a runner that
/// takes a task while more wait has the next one start. So there is always a runner on its way
/// where a task waits and the limit leaves a place, and short tasks are run by as few as can keep
/// up.
///
/// Thread safety: the public functions from any thread. What is below "In the cell" is touched only
/// in Engine's.
///
/// Invariants, whenever nobody is in the cell.
/// 1. running_ counts the tasks of this life that are running; it grows only while below limit_.
/// 2. Where the queue is not empty, pending_ or running_ >= limit_ holds, or a ring is under way:
/// somebody will look.
/// 3. What is put aside, and each delivery, counts as a handler of the engine until the user's
/// objects in it are gone: drain and stop wait for them.
class TaskerCore final : public Engine {
 public:
  static std::shared_ptr<TaskerCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                           std::string_view type, const TaskerOptions& options);
  TaskerCore(std::shared_ptr<RuntimeCore> runtime, std::string_view type,
             const TaskerOptions& options);
  ~TaskerCore() override;

  /// Queues it; where that throws, the task is the caller's again.
  void push(Message* task);
  void set_limit(std::size_t limit);
  TaskerStats stats() const;
  EngineStats engine_stats() const override;
  void stop_quietly() noexcept;
  /// Runners that are kept for the next rush.
  std::size_t spare_runners() const;

  // For runners and deliveries.
  void serve(Runner& runner, Turn& turn) noexcept;
  void deliver(Message* task, Generation generation) noexcept;

 private:
  class Clearing;

  /// What an operation leaves to be done outside of the cell.
  struct Round {
    Message* task = nullptr;  // to be run next
    Generation generation = 0;
    std::uint32_t life = 0;
    Runner* wake = nullptr;
    TaskQueue::Aside aside;
    ErrorCode why_displaced = ErrorCode::queue_full;
    std::optional<Generation> clearing;  // of what was put aside
    bool is_last = false;                // for the tasker stops
    Told told;
    Ticks expire_at = never;
    Duration hibernate_in{0};
  };

  /// How a task ended.
  struct Ended {
    const Activation* activation = nullptr;
    bool well = false;
    Message* to_deliver = nullptr;
  };

  // Engine
  bool is_idle() const noexcept override;
  void begin_stop() override;
  void give_up_rest() override;
  std::size_t ending() const noexcept override { return last_clearing_ ? 1 : 0; }
  void begin_again() override;
  void take_back() override { begin_stop(); }

  // In the cell.
  void take_next(Runner& runner, bool go_on, Round& round);
  void conclude(Round& round);
  Runner* wanted_runner();
  void watch_expiry(Round& round);
  void watch_idleness(Round& round);
  bool is_quiet() const noexcept;
  Ticks queue_time() const noexcept { return queue_.has_max_wait() ? runtime().now() : 0; }

  // Not in the cell.
  void show_places();
  void ring();
  void push_in_cell(Message* task);
  void wait_for_room(TaskQueue::Blocked& blocked);
  [[noreturn]] void fail_stopped() const;
  [[noreturn]] void fail_deadlock() const;
  void deal_with(Round& round);
  void clear(Round& round);
  void clear_elsewhere(Round& round);
  void leave_clearing(Generation generation);
  std::size_t give_up(Message* task, ErrorCode code);
  void schedule_delivery(Message* task, Generation generation);
  bool tell_failed(const MessageType& type, const std::exception_ptr& error) noexcept;
  Ended run_task(Runner& runner, Message& task, Generation generation) noexcept;
  void expire();
  void hibernate();
  void hibernate_after(Duration delay);

  const TaskerOptions options_;  // but for its name
  TaskQueue queue_;

  // In the cell.
  std::size_t limit_;
  std::size_t running_ = 0;
  bool pending_ = false;  // a runner is on its way to the queue
  std::uint32_t life_ = 0;
  std::optional<Generation> last_clearing_;  // of what waited when it stopped; ends soon
  std::vector<std::unique_ptr<Runner>> runners_;
  std::vector<Runner*> idle_;
  std::uint64_t processed_ = 0, failed_ = 0, dropped_ = 0, callbacks_failed_ = 0;
  bool expiry_is_watched_ = false;
  bool idleness_is_watched_ = false;
  Ticks quiet_since_ = 0;
};

}  // namespace poolder::detail
