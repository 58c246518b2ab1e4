// Pools that grow, shrink, pause, and lose workers to kill().

#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"

namespace poolder::detail {

void PoolCore::check_dynamic() const {
  check_thread();
  if (!options_.dynamic)
    fail(ErrorCode::invalid_argument, "only a pool with PoolOptions.dynamic changes its size");
}

// Constructors are the user's code: no cell is held. What was made before one throws is destroyed.
std::vector<WorkerBox*> PoolCore::construct(std::size_t first, std::size_t count) {
  std::vector<WorkerBox*> boxes;
  boxes.reserve(count);
  try {
    for (std::size_t i = 0; i < count; ++i) boxes.push_back(create_at_home(first + i));
  } catch (...) {
    for (WorkerBox* each : boxes)
      destroy_at_home(each,
                      {ExitReason::Kind::shutdown, "another worker could not be constructed"});
    throw;
  }
  return boxes;
}

// From one size to another, if it still is the first. The boxes it could use are taken out of the
// list.
std::optional<Pid> PoolCore::set_size(std::size_t from, std::size_t to,
                                      std::vector<WorkerBox*>& boxes) {
  return cell_.enter([&]() -> std::optional<Pid> {
    if (phase_ != Phase::running || size() != from) return std::nullopt;
    for (std::size_t i = from; i < to; ++i) {
      WorkerBox* box = boxes[i - from];
      if (i < slots_.count()) {
        if (const auto before = arrivals_.find(i); before != arrivals_.end())
          boxes.push_back(before->second);  // never came to be used
        arrivals_[i] = box;
        slots_[i].expect(box->pid());
      } else {
        Slot& fresh = slots_.add(*this, i, box);
        if (pausing_) fresh.notify(Slot::paused);
        ++open_;
      }
    }
    if (to > from)
      boxes.erase(boxes.begin(), boxes.begin() + static_cast<std::ptrdiff_t>(to - from));
    size_.store(to, std::memory_order_release);
    return slots_[to - 1].pid();
  });
}

WorkerBox* PoolCore::take_arrival(std::size_t index) {
  return cell_.enter([&]() -> WorkerBox* {
    const auto at = arrivals_.find(index);
    if (at == arrivals_.end()) return nullptr;
    WorkerBox* box = at->second;
    arrivals_.erase(at);
    return box;
  });
}

Pid PoolCore::start_worker() {
  check_dynamic();
  for (;;) {
    check_open();
    const std::size_t now = size();
    if (now == largest_pool) fail(ErrorCode::invalid_argument, "a pool has at most 2^24 workers");
    if (const auto pid = change_size(now, now + 1)) return *pid;
  }
}

void PoolCore::stop_worker() {
  check_dynamic();
  for (;;) {
    check_open();
    const std::size_t now = size();
    if (now == 1)
      fail(ErrorCode::invalid_argument,
           "the last worker cannot be stopped: a pool's size is at least 1");
    if (change_size(now, now - 1)) return;
  }
}

void PoolCore::resize(std::size_t to) {
  check_dynamic();
  if (to == 0 || to > largest_pool)
    fail(ErrorCode::invalid_argument,
         "a pool's size must be from 1 to 2^24; " + std::to_string(to) + " was asked for");
  for (;;) {
    check_open();
    const std::size_t now = size();
    if (now == to || change_size(now, to)) return;
  }
}

// Nothing: somebody else changed it meanwhile, or the pool has stopped.
std::optional<Pid> PoolCore::change_size(std::size_t from, std::size_t to) {
  std::vector<WorkerBox*> boxes = construct(from, to > from ? to - from : 0);
  std::vector<Pid> going;
  for (std::size_t i = to; i < from; ++i) going.push_back(slots_[i].pid());
  const auto pid = set_size(from, to, boxes);
  if (pid) {
    for (std::size_t i = std::min(from, to); i < std::max(from, to); ++i) slots_[i].resized();
    if (to < from) hurry(to, std::move(going));
    if (to < from) refuse_room_if_all_wait();
  }
  for (WorkerBox* each : boxes)
    destroy_worker(each, {ExitReason::Kind::shutdown, "the pool shrank, or its size had changed"});
  return pid;
}

// A handler of a slot that goes is asked to end, again a millisecond later where it had only just
// begun, and left behind if it does not within the shutdown time.
void PoolCore::hurry(std::size_t first, std::vector<Pid> going) {
  const auto each_of_them = [this, first, going = std::move(going)](auto&& act) {
    for (std::size_t i = 0; i < going.size(); ++i) act(slots_[first + i], going[i]);
  };
  const auto ask = [](Slot& slot, Pid pid) { slot.request_stop_of(pid); };
  each_of_them(ask);
  run_after(*runtime_, std::chrono::milliseconds{1}, [core = weak_from_this(), each_of_them, ask] {
    if (const auto self = core.lock()) each_of_them(ask);
  });
  if (options_.shutdown == infinity) return;
  run_after(*runtime_, options_.shutdown, [core = weak_from_this(), each_of_them] {
    if (const auto self = core.lock())
      each_of_them([](Slot& slot, Pid pid) { slot.leave_behind(pid); });
  });
}

Pid PoolCore::worker(std::size_t index) const {
  if (index >= size())
    fail(ErrorCode::not_found,
         "there is no worker " + std::to_string(index) + " in a pool of " + std::to_string(size()));
  return slots_[index].pid();
}

std::vector<Pid> PoolCore::workers() const {
  std::vector<Pid> pids(size());
  for (std::size_t i = 0; i < pids.size(); ++i) pids[i] = slots_[i].pid();
  return pids;
}

void PoolCore::kill(Pid pid) {
  check_thread();
  if (Slot* slot = find(pid)) {
    if (slot->kill(pid)) look_again_after_kill(*slot, pid);
  } else if (const auto index = static_cast<std::size_t>(pid.index()); index < slots_.count()) {
    (void)slots_[index].kill_again(pid);  // it may be on its way out, for the pool has shrunk
  }
}

// A handler that began while kill() looked is caught at the next look.
void PoolCore::look_again_after_kill(Slot& slot, Pid victim) {
  run_after(*runtime_, std::chrono::milliseconds{1}, [core = weak_from_this(), &slot, victim] {
    const auto self = core.lock();
    if (self && !slot.kill_again(victim)) self->look_again_after_kill(slot, victim);
  });
}

void PoolCore::pause() {
  check_thread();
  check_open();
  cell_.enter([&] {
    pausing_ = true;
    for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].notify(Slot::paused);
  });
}

void PoolCore::resume() {
  check_thread();
  check_open();
  cell_.enter([&] {
    pausing_ = false;
    for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].notify(0, Slot::paused);
  });
}

}  // namespace poolder::detail
