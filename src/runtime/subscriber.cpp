#include "runtime/subscriber.hpp"

#include <poolder/runtime/subscription.hpp>

#include "runtime/relax.hpp"

namespace poolder {

namespace detail {

void Subscriber::run(const std::function<void()>& callback) {
  const std::thread::id self =
      std::this_thread::get_id();  // an operation may run on another thread
  const bool wanted = cell_.enter([&] {
    if (cancelled_) return false;
    running_ = true;
    runner_ = self;
    return true;
  });
  if (!wanted) return;
  struct Finish {
    Subscriber& self;
    ~Finish() { self.finish(); }
  } finish{*this};
  callback();
}

void Subscriber::finish() noexcept {
  std::vector<WaitPoint*> waiting;
  cell_.enter([&] {
    running_ = false;
    waiting.swap(waiting_);
  });
  for (WaitPoint* each : waiting) each->signal();
}

void Subscriber::cancel() noexcept {
  WaitPoint over;
  const std::thread::id self = std::this_thread::get_id();
  const bool wait = cell_.enter([&] {
    cancelled_ = true;
    if (!running_ || runner_ == self) return false;
    waiting_.push_back(&over);
    return true;
  });
  const auto core = core_.lock();
  if (core && forget_) forget_();
  if (!wait) return;
  try {
    if (core && over.wait_until(*core, never)) return;
  } catch (...) {
    // A simulation in which nothing could end the callback: it waits for this thread.
    const bool listed = cell_.enter([&] { return std::erase(waiting_, &over) > 0; });
    while (!listed && !over.signalled()) relax();
  }
  if (!core) over.wait_until_awake(never);
}

}  // namespace detail

Subscription::Subscription(std::shared_ptr<detail::Subscriber> subscriber) noexcept
    : subscriber_(std::move(subscriber)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    cancel();
    subscriber_ = std::move(other.subscriber_);
  }
  return *this;
}

Subscription::~Subscription() { cancel(); }

void Subscription::cancel() noexcept {
  // The reference stays: its callback and its owner may both be here.
  if (subscriber_) subscriber_->cancel();
}

}  // namespace poolder
