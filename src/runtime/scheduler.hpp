#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/options.hpp>

#include "runtime/run_queue.hpp"
#include "runtime/scheduler_thread.hpp"

namespace poolder::detail {

/// Threads that run cells: `threads` seats, each with a queue of its own, and spare threads that
/// take over the seat of one that blocks.
///
/// Thread safety: push, push_last and hand_over from any thread; next and seat_for by the
/// scheduler's own; tick by the watcher alone.
///
/// Invariants.
/// 1. A seat is held by at most one thread, or vacant, or on its way between the two under mutex_.
/// 2. A thread that holds a seat is awake, or in sleepers_.
/// 3. `searching_` counts awake threads that look for work, or run the first that they found and
/// will soon look again; a push wakes nobody while there is one. The watcher takes out who is in
/// the same turn at two of its ticks.
///
/// Pairs. A push makes the cell visible, then looks at asleep_; a thread that goes to sleep adds
/// itself to asleep_, then looks for cells. Both need the store before the load: the sleeper pays
/// for both sides with membarrier (Linux 4.14), which makes every running thread pass a full fence;
/// where that is missing each side passes one of its own.
class Scheduler {
 public:
  Scheduler(std::shared_ptr<RuntimeCore> core, const RuntimeOptions& options);
  ~Scheduler();

  /// The caller owns the cell; it runs soon, on the caller's seat if it has one.
  void push(Runnable& cell);
  /// As push, behind what is queued.
  void push_last(Runnable& cell);

  /// Before a scheduler thread waits inside a handler: another thread goes on with its seat.
  void give_seat_up();

  /// The thread's next cell; sleeps while there is none. Null: stopped.
  Runnable* next(SchedulerThread& self);
  /// Waits as a spare until there is a seat to take. False: stopped.
  bool seat_for(SchedulerThread& self);
  void hand_over(Seat& seat);

  /// The watcher's look around, about every millisecond. False: every seat sleeps or is vacant.
  bool tick(Ticks now);
  /// Counts ticks: a turn that sees it change twice has lasted a millisecond or more.
  unsigned ticks() const noexcept { return ticks_.load(std::memory_order_relaxed); }
  bool urgent_waiting() const noexcept { return urgent_.load(std::memory_order_relaxed) > 0; }

  /// True: every seat sleeps, and the thread that wakes next rouses the watcher first.
  bool watcher_may_sleep();

  /// See RuntimeCore::release_later. Which threads are in a turn is known from here: whoever gave a
  /// cell up did so in a turn that the cell's next owner, and so the caller, has seen begin.
  /// A timer that fires counts as a turn.
  void release_later(std::shared_ptr<void> last);
  void timers_fire(bool now) noexcept { timers_fire_.store(now, std::memory_order_release); }

  void allow_spares(int more) noexcept { allowance_.fetch_add(more, std::memory_order_relaxed); }

  /// Ends the threads once they find nothing to do. Waits up to `grace` for those in handlers; how
  /// many are left.
  std::size_t stop(Duration grace);
  /// After stop, once nothing schedules any more; each thread that was left does it again when it
  /// ends.
  void drop_rest();

 private:
  friend class SchedulerThread;
  static constexpr std::size_t shards = 4;

  void publish();
  bool worth_waking(std::size_t asleep) const noexcept;
  int most_searching() const noexcept;
  void wake_one();
  SchedulerThread* spare();  // mutex_ is held

  Runnable* take(SchedulerThread& self);
  Runnable* take_urgent();
  Runnable* take_low();
  Runnable* take_injected(SchedulerThread& self);
  Runnable* steal(SchedulerThread& self);
  Runnable* search(SchedulerThread& self);
  void sleep(SchedulerThread& self);
  bool any_work() const noexcept;
  std::vector<std::shared_ptr<void>> take_released();  // mutex_ is held
  void stop_searching(SchedulerThread& self);
  void rouse_watcher();
  void unlist(SchedulerThread& self);
  void measure(SchedulerThread& self);
  RunQueue& queue_of(Priority priority) noexcept {
    return *ranked_[static_cast<std::size_t>(priority)];
  }
  std::size_t my_shard() const noexcept;
  bool start_thread(Seat* seat);

  std::weak_ptr<RuntimeCore> core_;
  const RuntimeOptions options_;
  const int spin_;  // pauses before sleeping; 0 where no core is to spare
  const bool asymmetric_;

  std::vector<std::unique_ptr<Seat>> seats_;
  std::array<std::unique_ptr<RunQueue>, shards> injected_;    // normal priority, from outside
  std::array<std::unique_ptr<RunQueue>, priorities> ranked_;  // low, high and max

  alignas(128) std::atomic<int> searching_{0};
  // Seats whose thread sleeps, or that are vacant.
  alignas(128) std::atomic<std::size_t> asleep_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> has_urgent_{false};            // or had
  std::atomic<std::uint32_t> mean_ns_{1'000'000};  // of a cell's turn, lately
  std::atomic<unsigned> ticks_{0};
  std::atomic<bool> watcher_sleeps_{false};
  std::atomic<bool> timers_fire_{false};
  std::atomic<int> allowance_{0};            // spare threads beyond the options' limit
  alignas(128) std::atomic<int> urgent_{0};  // queued cells of high and max priority
  std::atomic<int> low_{0};

  alignas(128) std::mutex mutex_;        // guards what follows
  SchedulerThread* sleepers_ = nullptr;  // last in, first out
  SchedulerThread* spares_ = nullptr;
  std::vector<Seat*> vacant_;
  std::vector<std::unique_ptr<SchedulerThread>> threads_;
  std::size_t ended_ = 0;
  bool nobody_waits_ = false;  // stop has returned, or is about to
  std::condition_variable all_ended_;
  struct Retired {
    std::shared_ptr<void> last;
    std::vector<std::pair<SchedulerThread*, std::uint64_t>> turns;  // that were going on
  };
  std::vector<Retired> retired_;
};

}  // namespace poolder::detail
