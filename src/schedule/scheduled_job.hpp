#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <poolder/runtime/detail/node_cache.hpp>
#include <poolder/runtime/detail/runnable.hpp>
#include <poolder/schedule/detail/scheduler_handle.hpp>

#include "schedule/lateness.hpp"
#include "schedule/timetable.hpp"

namespace poolder::detail {

class SchedulerCore;

/// When a run is tried again; the second part tells apart what is due at once.
using RetryTime = std::pair<Ticks, std::uint64_t>;

/// A job of a scheduler, and what is known of its runs. Shared by the scheduler's list and its
/// runs: what the user's function needs lives until the last of them has ended.
///
/// What stands first is settled when the job is made; the rest is touched only in the scheduler's
/// cell.
struct ScheduledJob {
  std::string name;
  ScheduleNext (*member)(void* definition, Context& context) = nullptr;
  JobFunction function;              ///< where there is no member
  std::shared_ptr<void> definition;  ///< for handle_error too, so every job has it
  Timetable::Row row = 0;

  bool listed = false;  ///< neither cancelled nor forgotten
  bool paused = false;
  bool failure_said = false, misnaming_said = false;  ///< on stderr
  std::uint32_t life = 0;                             ///< a run of an earlier one was cancelled
  std::uint32_t under_way = 0;  ///< runs that are queued, running, or between two attempts
  std::uint64_t waiting = 0;    ///< runs that begin one after another, when none is under way
  std::uint64_t by_hand = 0;    ///< of these; they begin also while the job is paused
  Ticks last_due = 0;           ///< by the steady clock
  std::uint64_t runs = 0, failed = 0, skipped = 0;
  std::optional<Ticks> last;  ///< by the system clock
  std::vector<RetryTime> retries;
  Lateness lateness;

  /// Its name stays the definition's while it is cancelled.
  bool is_defined() const noexcept { return member != nullptr; }
  ScheduleNext call(Context& context) const {
    return member ? member(definition.get(), context) : function(context);
  }
};

/// One run of a job, all its attempts: queued, running, or listed for its next attempt, so one
/// holder at a time.
class JobRun final : public Runnable {
 public:
  JobRun(Priority priority, std::shared_ptr<SchedulerCore> its_core,
         std::shared_ptr<ScheduledJob> its_job, std::uint32_t its_generation, Ticks was_due)
      : Runnable(priority),
        core(std::move(its_core)),
        job(std::move(its_job)),
        due(was_due),
        generation(its_generation),
        life(job->life) {}

  void run(Turn&) noexcept override;
  void discard() noexcept override;

  static void* operator new(std::size_t) { return allocate_node(); }
  static void operator delete(void* memory) noexcept { free_node(memory); }

  int attempt = 1;
  const std::shared_ptr<SchedulerCore> core;
  std::shared_ptr<ScheduledJob> job;  // taken back in the cell, when the run is over
  const Ticks due;                    // by the steady clock
  const std::uint32_t generation, life;
};
static_assert(sizeof(JobRun) <= node_size);

}  // namespace poolder::detail
