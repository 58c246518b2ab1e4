// Placement::dedicated: each slot has an OS thread of its own, on which its workers are
// constructed, run and destroyed.

#include <string>

#include "pool/pool_core.hpp"
#include "runtime/home_thread.hpp"

namespace poolder::detail {

std::shared_ptr<HomeThread> PoolCore::home_of(std::size_t index) {
  return homes_cell_.enter([&] { return index < homes_.size() ? homes_[index] : nullptr; });
}

// By the owner of the slot, or before there is one. Throws std::system_error.
std::shared_ptr<HomeThread> PoolCore::make_home(std::size_t index) {
  auto home = HomeThread::start(runtime_->homes());
  homes_cell_.enter([&] {
    if (homes_.size() <= index) homes_.resize(index + 1);
    homes_[index] = home;
  });
  return home;
}

// The thread ends by itself once it has nothing to do; after a kill, once the handler returns.
void PoolCore::leave_home(std::size_t index) noexcept {
  if (!dedicated()) return;
  const auto home =
      homes_cell_.enter([&] { return index < homes_.size() ? std::move(homes_[index]) : nullptr; });
  if (home) home->end();
}

// After a kill the next worker gets a new thread. Where none can be had it is tried again.
void PoolCore::run_at_home(Slot& slot) noexcept {
  auto home = home_of(slot.index());
  try {
    if (!home) home = make_home(slot.index());
    home->submit(slot, shared_from_this());
  } catch (const std::exception& error) {
    if (is_first(32)) log(std::string("no thread for a dedicated worker: ") + error.what());
    run_after(*runtime_, std::chrono::milliseconds{10},
              [kept = shared_from_this(), &slot] { kept->run_at_home(slot); });
  }
}

// Throws what the constructor throws.
WorkerBox* PoolCore::create_at_home(std::size_t index) {
  if (!dedicated()) return create_worker(*factory_, new_pid(index));
  WorkerBox* box = nullptr;
  const auto home = make_home(index);
  try {
    home->run_and_wait([&] { box = create_worker(*factory_, new_pid(index)); });
  } catch (...) {
    leave_home(index);
    throw;
  }
  return box;
}

// Of a worker that no slot has.
void PoolCore::destroy_at_home(WorkerBox* box, const ExitReason& reason) noexcept {
  const std::size_t index = static_cast<std::size_t>(box->pid().index());
  const auto home = dedicated() ? home_of(index) : nullptr;
  if (!home) return destroy_worker(box, reason);
  home->run_and_wait([&] { destroy_worker(box, reason); });
  leave_home(index);
}

}  // namespace poolder::detail
