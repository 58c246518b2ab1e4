// The scheduler's threads going to sleep and being woken; seats that change hands.

#include <algorithm>
#include <system_error>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/cpu_count.hpp"
#include "runtime/futex.hpp"
#include "runtime/relax.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/threaded_core.hpp"

namespace poolder::detail {

namespace {

// ThreadSanitizer knows nothing of membarrier.
bool register_membarrier() {
#if defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return false;
#endif
#endif
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

// A caller that has just been told wakes and comes back within that.
constexpr Duration search_span = std::chrono::microseconds{50};

void fence_everyone() { syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0); }

}  // namespace

Scheduler::Scheduler(std::shared_ptr<RuntimeCore> core, const RuntimeOptions& options)
    : core_(core),
      options_(options),
      spin_(usable_cpus() > 1 ? pauses_in(search_span) : 0),
      asymmetric_(register_membarrier()) {
  const std::size_t count = options.threads > 0 ? options.threads : usable_cpus();
  for (auto& queue : injected_) queue = std::make_unique<RunQueue>(4'096);
  for (auto& queue : ranked_) queue = std::make_unique<RunQueue>(1'024);
  for (std::size_t i = 0; i < count; ++i) seats_.push_back(std::make_unique<Seat>());
  std::lock_guard lock(mutex_);
  for (auto& seat : seats_)
    if (!start_thread(seat.get())) {
      if (threads_.empty())
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                "poolder: no thread can be started");
      vacant_.push_back(seat.get());
      asleep_.fetch_add(1, std::memory_order_relaxed);
    }
}

Scheduler::~Scheduler() { drop_rest(); }

// What is left once the threads have ended: cells that nobody will run, and cores whose turn nobody
// waits for. Both may hold the runtime's own core.
void Scheduler::drop_rest() {
  std::vector<std::shared_ptr<void>> released;
  {
    std::lock_guard lock(mutex_);
    released = take_released();
  }
  const auto discard_all = [](auto& queue) {
    while (Runnable* cell = queue.pop()) cell->discard();
  };
  for (auto& queue : injected_) discard_all(*queue);
  for (auto& queue : ranked_) discard_all(*queue);
  for (auto& seat : seats_) discard_all(seat->ring);
}

// The thread keeps its core alive: one that is abandoned in a handler may outlive the runtime.
bool Scheduler::start_thread(Seat* seat) {
  auto thread = std::make_unique<SchedulerThread>(*this, seat);
  SchedulerThread& started = *thread;
  try {
    started.os_thread = std::thread([this, core = core_.lock(), &started] {
      started.run();
      bool late = false;
      {
        std::lock_guard lock(mutex_);
        started.ended = true;
        ++ended_;
        late = nobody_waits_;
        all_ended_.notify_all();
      }
      if (late) drop_rest();
    });
  } catch (const std::system_error&) {
    return false;
  }
  threads_.push_back(std::move(thread));
  return true;
}

// Work has been made visible: wakes a sleeper if there is one, nobody looks already, and it pays.
void Scheduler::publish() {
  std::size_t asleep = 0;
  if (asymmetric_) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    asleep = asleep_.load(std::memory_order_relaxed);
  } else {
    asleep = asleep_.fetch_add(0, std::memory_order_seq_cst);
  }
  if (asleep > 0 && searching_.load(std::memory_order_relaxed) < most_searching() &&
      worth_waking(asleep))
    wake_one();
}

// Long turns: every push may wake a thread. Short ones: one searches at a time.
int Scheduler::most_searching() const noexcept {
  return mean_ns_.load(std::memory_order_relaxed) > 5'000 ? static_cast<int>(seats_.size()) : 1;
}

// With a thread awake and turns known to be short, another one only costs. Where that is
// wrong about a sudden long turn, the watcher's tick sees it.
bool Scheduler::worth_waking(std::size_t asleep) const noexcept {
  if (asleep == seats_.size()) return true;
  const std::uint32_t mean = mean_ns_.load(std::memory_order_relaxed);
  if (mean > 1'000 || urgent_waiting()) return true;
  return injected_[my_shard()]->size() * mean > 20'000;
}

void Scheduler::wake_one() {
  SchedulerThread* woken = nullptr;
  Seat* seat = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (searching_.load(std::memory_order_relaxed) >= most_searching()) return;
    if (sleepers_) {
      woken = sleepers_;
      sleepers_ = woken->below;
    } else if (!vacant_.empty()) {
      woken = spare();
      if (!woken) return;
      seat = vacant_.back();
      vacant_.pop_back();
    } else {
      return;
    }
    asleep_.fetch_sub(1, std::memory_order_relaxed);
    searching_.fetch_add(1, std::memory_order_seq_cst);
    woken->searching.store(true, std::memory_order_relaxed);
    // Last: a thread that has just been started begins as soon as it sees its seat.
    if (seat) woken->seat.store(seat, std::memory_order_release);
    woken->awake.store(
        1, std::memory_order_release);  // here, for once it runs it may go to sleep again
  }
  futex_wake(woken->awake);
}

// A thread without a seat, started where none waits; null: the limit is reached.
SchedulerThread* Scheduler::spare() {
  if (!spares_) {
    const auto extra =
        static_cast<std::size_t>(std::max(0, allowance_.load(std::memory_order_relaxed)));
    const bool enough = threads_.size() >= seats_.size() + options_.max_blocked_threads + extra;
    if (enough || stopping_.load(std::memory_order_relaxed)) return nullptr;
    if (!start_thread(nullptr)) return nullptr;
    return threads_.back().get();
  }
  SchedulerThread* spare = spares_;
  spares_ = spare->below;
  return spare;
}

void Scheduler::give_seat_up() {
  SchedulerThread* self = SchedulerThread::current();
  if (!self || &self->scheduler != this || !self->seat.load(std::memory_order_relaxed)) return;
  Activation& activation = Activation::outermost();
  for (;;) {
    const std::uint64_t word = activation.word();
    if ((word & Activation::running) == 0)
      break;  // user code outside a handler: a message's destructor
    if ((word & Activation::unseated) != 0 || activation.unseat(word)) break;
  }
  self->lost_seat();
}

void Scheduler::hand_over(Seat& seat) {
  SchedulerThread* heir = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (seat.next.load(std::memory_order_relaxed) || any_work()) heir = spare();
    if (heir) {
      heir->seat.store(&seat, std::memory_order_relaxed);
      heir->awake.store(1, std::memory_order_release);
    } else {
      vacant_.push_back(&seat);
      asleep_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (heir) return futex_wake(heir->awake);
  // As a thread that goes to sleep: what was pushed meanwhile may have seen nobody asleep.
  if (asymmetric_)
    fence_everyone();
  else
    asleep_.fetch_add(0, std::memory_order_seq_cst);
  if (Runnable* left = seat.next.exchange(nullptr, std::memory_order_acq_rel)) push_last(*left);
  if (any_work()) wake_one();
}

bool Scheduler::seat_for(SchedulerThread& self) {
  {
    std::lock_guard lock(mutex_);
    if (self.seat.load(std::memory_order_relaxed)) return true;
    if (!vacant_.empty()) {
      self.seat.store(vacant_.back(), std::memory_order_relaxed);
      vacant_.pop_back();
      asleep_.fetch_sub(1, std::memory_order_relaxed);
    } else {
      if (stopping_.load(std::memory_order_relaxed)) return false;
      self.awake.store(0, std::memory_order_relaxed);
      self.below = spares_;
      spares_ = &self;
    }
  }
  while (self.awake.load(std::memory_order_acquire) == 0) futex_wait(self.awake, 0, never);
  rouse_watcher();
  return true;
}

// The watcher sleeps for good once every seat does; the first thread that wakes sets it going
// before it runs a handler.
void Scheduler::rouse_watcher() {
  if (!watcher_sleeps_.load(std::memory_order_relaxed) ||
      !watcher_sleeps_.exchange(false, std::memory_order_acq_rel))
    return;
  if (const auto core = core_.lock()) static_cast<ThreadedCore&>(*core).wake_watcher();
}

bool Scheduler::watcher_may_sleep() {
  std::lock_guard lock(mutex_);
  if (asleep_.load(std::memory_order_relaxed) < seats_.size()) return false;
  watcher_sleeps_.store(true, std::memory_order_relaxed);
  return true;
}

void Scheduler::sleep(SchedulerThread& self) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_.load(std::memory_order_relaxed)) return;
    stop_searching(self);
    self.awake.store(0, std::memory_order_relaxed);
    self.below = sleepers_;
    sleepers_ = &self;
    asleep_.fetch_add(1, std::memory_order_seq_cst);
  }
  if (asymmetric_) fence_everyone();
  if (any_work()) unlist(self);
  while (self.awake.load(std::memory_order_acquire) == 0) futex_wait(self.awake, 0, never);
  rouse_watcher();
}

void Scheduler::unlist(SchedulerThread& self) {
  std::lock_guard lock(mutex_);
  for (SchedulerThread** each = &sleepers_; *each; each = &(*each)->below) {
    if (*each != &self) continue;
    *each = self.below;
    asleep_.fetch_sub(1, std::memory_order_relaxed);
    searching_.fetch_add(1, std::memory_order_seq_cst);
    self.searching.store(true, std::memory_order_relaxed);
    self.awake.store(1, std::memory_order_relaxed);
    return;
  }
}

void Scheduler::stop_searching(SchedulerThread& self) {
  if (self.searching.load(std::memory_order_relaxed) &&
      self.searching.exchange(false, std::memory_order_relaxed))
    searching_.fetch_sub(1, std::memory_order_seq_cst);
}

std::size_t Scheduler::stop(Duration grace) {
  std::unique_lock lock(mutex_);
  stopping_.store(true, std::memory_order_seq_cst);
  for (SchedulerThread** list : {&sleepers_, &spares_}) {
    for (SchedulerThread* each = *list; each;) {
      SchedulerThread* below = each->below;  // it may go on as soon as it is awake
      if (list == &sleepers_) asleep_.fetch_sub(1, std::memory_order_relaxed);
      each->awake.store(1, std::memory_order_release);
      futex_wake(each->awake);
      each = below;
    }
    *list = nullptr;
  }
  const auto all = [this] { return ended_ == threads_.size(); };
  if (grace == infinity) {
    all_ended_.wait(lock, all);
  } else {
    all_ended_.wait_until(lock,
                          std::chrono::steady_clock::time_point{Duration{after(
                              std::chrono::steady_clock::now().time_since_epoch().count(), grace)}},
                          all);
  }
  nobody_waits_ = true;
  std::size_t left = 0;
  for (auto& thread : threads_) {
    if (thread->ended) {
      thread->os_thread.join();  // past its last use of the mutex, or about to be: it holds it no
                                 // longer than this
    } else {
      thread->os_thread.detach();
      ++left;
    }
  }
  return left;
}

}  // namespace poolder::detail
