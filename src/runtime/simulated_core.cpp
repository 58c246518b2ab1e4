#include "runtime/simulated_core.hpp"

#include <algorithm>

#include <poolder/core/error.hpp>

#include "runtime/activation.hpp"
#include "runtime/registry.hpp"

namespace poolder::detail {

namespace {

// Now and then a turn ends early, so that others get in between any two messages.
class DrawnTurn final : public Turn {
 public:
  explicit DrawnTurn(Random& random) : random_(random) {}
  bool may_go_on() noexcept override { return random_.below(4) != 0; }

 private:
  Random& random_;
};

constexpr Ticks first_moment = 1'000'000'000;  // not 0, so that no moment looks like an unset one
constexpr Ticks first_system_time = 946'684'800 * Ticks{1'000'000'000};  // 2000-01-01T00:00:00Z

thread_local const SimulatedCore* carried = nullptr;

}  // namespace

struct SimulatedCore::Carrier {
  std::binary_semaphore baton{0};
  std::thread thread;
};

// What the owner's thread or a handler waits for. The owner may also wait for quiet, or for a
// moment.
struct SimulatedCore::Frame : Timer {
  enum class Until { signalled, quiet, moment };

  explicit Frame(Until reason) : Timer(&expired), until(reason) {}
  static void expired(Timer& timer) noexcept { static_cast<Frame&>(timer).timed_out = true; }

  const Until until;
  WaitPoint* point = nullptr;
  Ticks moment = never;
  bool owners = false;
  bool timed_out = false;
  bool stuck = false;  // nothing could ever end it
  std::binary_semaphore baton{0};
};

SimulatedCore::SimulatedCore(std::uint64_t seed)
    : random_(seed),
      now_(first_moment),
      system_ahead_(first_system_time - first_moment),
      wheel_(first_moment) {}

SimulatedCore::~SimulatedCore() {
  for (Runnable* cell : runnable_) cell->discard();
}

void SimulatedCore::check_thread() const {
  if (std::this_thread::get_id() != owner_ && carried != this)
    fail(ErrorCode::invalid_argument,
         "a simulated runtime is used from a thread that is neither its owner's nor a handler's");
}

void SimulatedCore::check_owner() const {
  if (std::this_thread::get_id() != owner_ || Activation::current())
    fail(ErrorCode::invalid_argument,
         "only the simulated runtime's owner moves its clock, and not inside a handler");
}

bool SimulatedCore::wait(WaitPoint& point, Ticks deadline) {
  check_thread();
  if (point.signalled()) return true;
  if (aborting_ && carried == this) fail(ErrorCode::stopped, "the runtime has ended");
  Frame frame{Frame::Until::signalled};
  frame.point = &point;
  frame.owners = std::this_thread::get_id() == owner_;
  if (deadline != never) arm(frame, deadline);
  park(frame);
  cancel(frame);
  if (frame.stuck)
    fail(ErrorCode::would_deadlock,
         "nothing is runnable and no timer is pending: this wait could never end");
  if (!point.signalled() && !frame.timed_out) fail(ErrorCode::stopped, "the runtime has ended");
  return point.signalled() && !(frame.timed_out && random_.below(2) == 0);
}

void SimulatedCore::run_until_idle() {
  check_owner();
  Frame frame{Frame::Until::quiet};
  frame.owners = true;
  park(frame);
}

void SimulatedCore::advance(Duration span) {
  check_owner();
  Frame frame{Frame::Until::moment};
  frame.owners = true;
  frame.moment = after(now_, span);
  park(frame);
}

// Nothing runs meanwhile, and no timer fires: they will find that they are late.
void SimulatedCore::suspend(Duration span) {
  check_owner();
  now_ = after(now_, span);
}

void SimulatedCore::set_system_clock(Ticks time) {
  check_owner();
  system_ahead_ = time - now_;
  for (const auto& engine : registry().all()) engine->system_clock_was_set();
}

// Gives the baton to a carrier, and returns once it has come back.
void SimulatedCore::park(Frame& frame) {
  frames_.push_back(&frame);
  pass_baton();
  frame.baton.acquire();
}

void SimulatedCore::pass_baton() {
  if (idle_.empty()) {
    carriers_.push_back(std::make_unique<Carrier>());
    Carrier& fresh = *carriers_.back();
    fresh.thread = std::thread([this, &fresh] { carry(fresh); });
    idle_.push_back(&fresh);
  }
  Carrier& next = *idle_.back();
  idle_.pop_back();
  next.baton.release();
}

void SimulatedCore::carry(Carrier& self) {
  carried = this;
  for (;;) {
    self.baton.acquire();
    if (ended_) return;
    while (step(self)) {
    }
  }
}

// False: the baton has gone to a parked frame, and this carrier is idle.
bool SimulatedCore::step(Carrier& self) {
  std::exchange(released_, {}).clear();
  std::vector<Frame*> ready;
  for (Frame* frame : frames_)
    if (is_ready(*frame)) ready.push_back(frame);
  const std::size_t timers = wheel_.next_deadline() <= now_ ? 1 : 0;
  const std::size_t choices = runnable_.size() + ready.size() + timers;

  Frame* resumed = nullptr;
  if (choices == 0) {
    resumed = when_idle();
  } else {
    std::size_t drawn = random_.below(static_cast<std::uint32_t>(choices));
    if (drawn < runnable_.size()) {
      Runnable* cell = take_runnable();
      DrawnTurn turn{random_};
      cell->run(turn);
    } else if (drawn -= runnable_.size(); drawn < ready.size()) {
      resumed = ready[drawn];
    } else {
      fire_one_due();
    }
  }
  if (!resumed) return true;
  idle_.push_back(&self);
  resume(*resumed);
  return false;
}

// Max before high before the rest; of those that are left, low counts an eighth.
Runnable* SimulatedCore::take_runnable() {
  Priority highest = Priority::normal;
  for (const Runnable* each : runnable_) highest = std::max(highest, each->priority());
  const auto weight = [highest](const Runnable& cell) {
    if (highest > Priority::normal) return cell.priority() == highest ? 1u : 0u;
    return cell.priority() == Priority::low ? 1u : 8u;
  };
  std::uint32_t sum = 0;
  for (const Runnable* each : runnable_) sum += weight(*each);
  std::uint32_t drawn = random_.below(sum);
  auto at = runnable_.begin();
  for (; drawn >= weight(**at); ++at) drawn -= weight(**at);
  Runnable* cell = *at;
  runnable_.erase(at);
  return cell;
}

// Nothing can run at this moment: the owner goes on if that is what it waits for, else the clock
// does.
SimulatedCore::Frame* SimulatedCore::when_idle() {
  const auto owners =
      std::find_if(frames_.begin(), frames_.end(), [](const Frame* each) { return each->owners; });
  Frame& owner = **owners;  // somebody holds the baton, and the owner does not
  if (owner.until == Frame::Until::quiet) return &owner;
  const Ticks next = wheel_.earliest();
  if (owner.until == Frame::Until::moment && next > owner.moment) {
    now_ = owner.moment;
    return &owner;
  }
  if (next == never) {
    owner.stuck = true;
    return &owner;
  }
  now_ = std::max(now_, next);
  fire_one_due();
  return nullptr;
}

void SimulatedCore::fire_one_due() {
  std::vector<Timer*> due;
  while (Timer* timer = wheel_.take_due(now_)) due.push_back(timer);
  if (due.empty()) return;
  Timer* first = due[random_.below(static_cast<std::uint32_t>(due.size()))];
  for (Timer* timer : due)
    if (timer != first) wheel_.arm(*timer, timer->deadline);
  first->fire(*first);
}

void SimulatedCore::resume(Frame& frame) {
  frames_.erase(std::find(frames_.begin(), frames_.end(), &frame));
  frame.baton.release();
}

bool SimulatedCore::is_ready(const Frame& frame) const noexcept {
  if (frame.until != Frame::Until::signalled) return false;
  return frame.point->signalled() || frame.timed_out || (aborting_ && !frame.owners);
}

// The engines have been stopped; handlers that still wait are told so by an exception, and unwind.
void SimulatedCore::stop_threads() {
  aborting_ = true;
  run_until_idle();
  ended_ = true;
  for (auto& carrier : carriers_) {
    carrier->baton.release();
    carrier->thread.join();
  }
  while (Timer* timer = wheel_.take_due(never)) timer->fire(*timer);
}

}  // namespace poolder::detail
