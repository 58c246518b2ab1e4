#include "worker/worker_box.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "runtime/relax.hpp"
#include "runtime/scheduler_thread.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

namespace {

class Held {
 public:
  explicit Held(std::atomic_flag& flag) noexcept : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) relax();
  }
  ~Held() { flag_.clear(std::memory_order_release); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  std::atomic_flag& flag_;
};

// What a worker's constructor borrows is the worker's, on whatever thread it runs.
class Constructing {
 public:
  explicit Constructing(Loans& loans) : handler_(Activation::current()) {
    if (handler_) {
      before_ = handler_->loans();
      handler_->lend_to(&loans);
    } else {
      own_.emplace(nullptr, nullptr, &loans);
    }
  }
  ~Constructing() {
    if (handler_) {
      handler_->lend_to(before_);
    } else {
      (void)own_->end();
    }
  }
  Constructing(const Constructing&) = delete;
  Constructing& operator=(const Constructing&) = delete;

 private:
  Activation* const handler_;
  Loans* before_ = nullptr;
  std::optional<Handler> own_;
};

}  // namespace

std::size_t WorkerBox::alignment(const WorkerType& type) noexcept {
  return std::max(alignof(WorkerBox), type.alignment);
}

std::size_t WorkerBox::offset(const WorkerType& type) noexcept {
  return (sizeof(WorkerBox) + type.alignment - 1) / type.alignment * type.alignment;
}

WorkerBox* WorkerBox::create(SlotOwner& owner, const WorkerFactory& arguments, Pid pid) {
  const WorkerType& type = owner.worker_type();
  const std::align_val_t aligned{alignment(type)};
  const bool over_aligned = alignment(type) > __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  const std::size_t size = offset(type) + type.size;
  void* memory = over_aligned ? ::operator new(size, aligned) : ::operator new(size);
  auto* box = ::new (memory) WorkerBox(owner, pid);
  try {
    const Constructing constructing{box->loans()};
    arguments.construct(box->worker());
  } catch (...) {
    box->~WorkerBox();
    over_aligned ? ::operator delete(memory, aligned) : ::operator delete(memory);
    throw;
  }
  return box;
}

void WorkerBox::destroy() noexcept {
  const WorkerType& type = owner_.worker_type();
  const std::align_val_t aligned{alignment(type)};
  const bool over_aligned = alignment(type) > __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  type.destroy(worker());
  this->~WorkerBox();
  over_aligned ? ::operator delete(static_cast<void*>(this), aligned)
               : ::operator delete(static_cast<void*>(this));
}

void* WorkerBox::worker() noexcept {
  return reinterpret_cast<std::byte*>(this) + offset(owner_.worker_type());
}

std::stop_source WorkerBox::begin_stop() noexcept {
  const Held held{busy_};
  stopping_ = true;
  return stop_;
}

std::stop_token WorkerBox::stop_token() {
  const Held held{busy_};
  if (!stop_.stop_possible()) {
    stop_ = std::stop_source{};
    if (stopping_) stop_.request_stop();  // nobody listens yet: this runs no callback
  }
  return stop_.get_token();
}

void WorkerBox::sleep(Duration span) {
  RuntimeCore& runtime = owner_.runtime();
  const Ticks until = after(runtime.now(), span);
  WaitPoint stopped;
  const std::stop_callback wake(stop_token(), [&stopped] { stopped.signal(); });
  stopped.wait_until(runtime, until);
}

}  // namespace poolder::detail
