#include "runtime/subscriber.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/runtime/subscription.hpp>

#include "runtime/log.hpp"
#include "runtime/relax.hpp"
#include "runtime/scheduler_thread.hpp"

namespace poolder {

namespace detail {

/// A thread's wait for its turn. `mine`, `call`: set in the cell by who ends the wait, and read
/// after.
struct Subscriber::Turn {
  WaitPoint point;
  const std::thread::id thread = std::this_thread::get_id();
  Call call;
  bool mine = false;  ///< to make the call; else it was left to another, or the end came
};

/// The subscriptions whose callbacks the calling thread is in.
class Subscriber::Frame {
 public:
  explicit Frame(Subscriber& given) noexcept : subscriber(given), outer(innermost) {
    innermost = this;
  }
  ~Frame() { innermost = outer; }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  static thread_local Frame* innermost;
  Subscriber& subscriber;
  Frame* const outer;
};

thread_local Subscriber::Frame* Subscriber::Frame::innermost = nullptr;

void Subscriber::run(RuntimeCore& core, Call call) noexcept {
  if (take_turn(core, call)) call_all(core, call);
}

// False: there is nothing to do for this thread.
bool Subscriber::take_turn(RuntimeCore& core, Call& call) noexcept {
  Turn turn;
  enum class Step { call_now, wait, leave };
  const Step step = cell_.enter([&] {
    if (cancelled_) return Step::leave;
    if (!running_) {
      running_ = true;
      runner_ = turn.thread;
      return Step::call_now;
    }
    const bool left = waits_ || runner_ == turn.thread;
    next_.push_back({std::move(call), left ? nullptr : &turn});
    return left ? Step::leave : Step::wait;
  });
  if (step != Step::wait) return step == Step::call_now;
  if (!wait_for_turn(core, turn)) return false;
  call = std::move(turn.call);
  return true;
}

bool Subscriber::wait_for_turn(RuntimeCore& core, Turn& turn) noexcept {
  try {
    turn.point.wait_until(core, never);
  } catch (...) {
    // A simulation in which nothing could end the callback: the call is left to its thread.
    const bool listed = cell_.enter([&] {
      const auto at = std::find_if(next_.begin(), next_.end(),
                                   [&](const Next& each) { return each.turn == &turn; });
      if (at != next_.end()) at->turn = nullptr;
      return at != next_.end();
    });
    if (listed) return false;
    while (!turn.point.signalled()) relax();
  }
  return turn.mine;
}

void Subscriber::call_all(RuntimeCore& core, Call& call) noexcept {
  do {
    call_back(core, call);
    call = nullptr;  // what it holds may be the user's
  } while (advance(call));
}

void Subscriber::call_back(RuntimeCore& core, const Call& call) noexcept {
  const Frame frame{*this};
  Handler handler{nullptr, nullptr};
  try {
    call();
  } catch (...) {
    core.count_callback_failure();
    if (!std::exchange(said_, true))
      log("a callback threw: " + std::string(describe(std::current_exception())) +
          " (said once for each subscription)");
  }
  (void)handler.end();
}

// A call has been made. True: `next` is this thread's, too.
bool Subscriber::advance(Call& next) noexcept {
  std::vector<WaitPoint*> told;
  std::deque<Next> dropped;
  bool go_on = false, over = false;
  cell_.enter([&] {
    running_ = false;
    if (cancelled_) {
      told.swap(cancelling_);
      dropped.swap(next_);  // nobody waits in there: cancel has sent them away
      over = true;
      return;
    }
    while (!next_.empty() && !running_) {
      Next& first = next_.front();
      if (first.turn) told.push_back(&first.turn->point);
      if (first.call) {
        running_ = true;
        go_on = !first.turn;
        (go_on ? next : first.turn->call) = std::move(first.call);
        if (first.turn) {
          first.turn->mine = true;
          runner_ = first.turn->thread;
        }
      }
      next_.pop_front();
    }
  });
  for (WaitPoint* each : told) each->signal();
  if (over) let_go();
  return go_on;
}

bool Subscriber::settle(RuntimeCore& core, Ticks deadline) {
  Turn turn;
  const bool wait = cell_.enter([&] {
    if (!running_ || cancelled_ || runner_ == turn.thread) return false;
    next_.push_back({nullptr, &turn});
    return true;
  });
  if (!wait) return true;
  const auto withdraw = [&] {
    const bool listed = cell_.enter([&] {
      return std::erase_if(next_, [&](const Next& each) { return each.turn == &turn; }) > 0;
    });
    while (!listed && !turn.point.signalled()) relax();
  };
  try {
    if (turn.point.wait_until(core, deadline)) return true;
  } catch (...) {
    withdraw();
    throw;
  }
  withdraw();
  return false;
}

void Subscriber::cancel() noexcept {
  WaitPoint over;
  const std::thread::id self = std::this_thread::get_id();
  std::vector<WaitPoint*> told;
  bool last = false;
  const bool wait = cell_.enter([&] {
    last = !std::exchange(cancelled_, true) && !running_;
    for (Next& each : next_)
      if (each.turn) told.push_back(&std::exchange(each.turn, nullptr)->point);
    if (!running_ || runner_ == self) return false;
    cancelling_.push_back(&over);
    return true;
  });
  for (WaitPoint* each : told) each->signal();
  if (forget_) forget_();
  if (last) let_go();
  if (!wait) return;
  const auto core = core_.lock();
  try {
    if (core && over.wait_until(*core, never)) return;
  } catch (...) {
    // A simulation in which nothing could end the callback: it waits for this thread.
    const bool listed = cell_.enter([&] { return std::erase(cancelling_, &over) > 0; });
    while (!listed && !over.signalled()) relax();
  }
  if (!core) over.wait_until_awake(never);
}

void Subscriber::begin_wait() noexcept {
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    waits_ = true;
    for (Next& each : next_)
      if (each.turn && each.call) told.push_back(&std::exchange(each.turn, nullptr)->point);
  });
  for (WaitPoint* each : told) each->signal();
}

void Subscriber::end_wait() noexcept {
  cell_.enter([&] { waits_ = false; });
}

Subscriber::Waits::Waits() noexcept {
  for (Frame* each = Frame::innermost; each; each = each->outer) each->subscriber.begin_wait();
}

Subscriber::Waits::~Waits() {
  for (Frame* each = Frame::innermost; each; each = each->outer) each->subscriber.end_wait();
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
