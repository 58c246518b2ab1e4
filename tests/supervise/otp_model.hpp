#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <poolder/supervise/options.hpp>

/// OTP's supervisor.erl (OTP 25), translated function by function into sequential C++. Where it
/// differs: an Object that ended by itself is told to stop where OTP has nothing to do any more,
/// terminate_child forgets the child, and a supervisor that gave up has failed (OTP: shutdown).
namespace otp_model {

using poolder::Restart;
using poolder::Strategy;
using Log = std::vector<std::string>;

enum class Reason { normal, shutdown, failed, killed };
enum class Pid { undefined, alive, restarting };

struct Process {
  virtual ~Process() = default;
  virtual bool start() = 0;  ///< false: it failed
  virtual void stop() = 0;

  std::string id;
  Restart restart = Restart::permanent;
  Pid pid = Pid::undefined;
  bool to_be_stopped = false;  ///< it has ended by itself
  int life = 0;
};
using Child = std::shared_ptr<Process>;

/// What stands for a class of the user's.
struct Object final : Process {
  bool start() override {
    const bool succeeds = starts_well(id, ++starts);
    log->push_back((succeeds ? "start " : "cannot start ") + id);
    return succeeds;
  }
  void stop() override { log->push_back("stop " + id); }

  Log* log = nullptr;
  std::function<bool(const std::string&, int)> starts_well;
  int starts = 0;
};

class Supervisor final : public Process {
 public:
  Strategy strategy = Strategy::one_for_one;
  std::size_t intensity = 0;
  std::int64_t period = 0;
  std::vector<Child> specs;
  std::function<std::int64_t()> clock;
  Supervisor* parent = nullptr;

  bool running = false;

  // init/1
  bool start() override {
    children_ = specs;
    for (const Child& each : children_) reset(*each);
    restarts_.clear();
    mailbox_.clear();
    running = start_children(children_) == nullptr;
    if (!running) terminate_children(children_, false);
    return running;
  }
  void stop() override {
    if (!std::exchange(running, false)) return;
    terminate_children(children_, false);
    mailbox_.clear();
  }

  void exits(const Child& child, Reason reason) {
    mailbox_.push_back({child, child->life, reason});
  }

  /// Handles what is in the mailbox. True: there was something.
  bool receive() {
    if (mailbox_.empty() || !running) return false;
    const Message message = mailbox_.front();
    mailbox_.pop_front();
    if (message.life == try_again) {
      if (message.child->pid == Pid::restarting) restart_child(message.child);
    } else if (message.child->pid == Pid::alive && message.child->life == message.life) {
      message.child->to_be_stopped = true;
      exited(message.child, message.reason);
    }
    return true;
  }

  // handle_start_child/2; false: it failed
  bool start_child(const Child& child) {
    if (!do_start(*child)) return false;
    children_.push_back(child);
    return true;
  }
  void terminate_child(const Child& child) {
    do_terminate(*child);
    std::erase(children_, child);
  }

  std::size_t count() const {
    return running ? static_cast<std::size_t>(std::count_if(
                         children_.begin(), children_.end(),
                         [](const Child& each) { return each->pid != Pid::undefined; }))
                   : 0;
  }
  const std::vector<Child>& children() const { return children_; }

 private:
  static constexpr int try_again = -1;
  struct Message {
    Child child;
    int life;
    Reason reason;
  };

  static void reset(Process& child) {
    child.pid = Pid::undefined;
    child.to_be_stopped = false;
  }

  static bool do_start(Process& child) {
    if (!child.start()) return false;
    child.pid = Pid::alive;
    ++child.life;
    return true;
  }

  // do_restart/3
  void exited(const Child& child, Reason reason) {
    const bool abnormal = reason == Reason::failed || reason == Reason::killed;
    if (child->restart == Restart::permanent || (child->restart == Restart::transient && abnormal))
      return restart_child(child);
    do_terminate(*child);
    if (child->restart == Restart::temporary) std::erase(children_, child);
  }

  // restart/2
  void restart_child(const Child& child) {
    if (!add_restart()) {
      stop();
      if (parent) parent->exits(shared(), Reason::failed);
      return;
    }
    Child failed;
    if (strategy == Strategy::one_for_one) {
      do_terminate(*child);
      if (!do_start(*child)) failed = child;
    } else {
      const auto first = strategy == Strategy::one_for_all
                             ? children_.begin()
                             : std::find(children_.begin(), children_.end(), child);
      std::vector<Child> before(children_.begin(), first), affected(first, children_.end());
      terminate_children(affected, true);
      failed = start_children(affected);
      children_ = std::move(before);
      children_.insert(children_.end(), affected.begin(), affected.end());
    }
    if (!failed) return;
    failed->pid = Pid::restarting;
    mailbox_.push_back({failed, try_again, Reason::failed});
  }

  // add_restart/1 and /3
  bool add_restart() {
    const std::int64_t now = clock();
    std::vector<std::int64_t> recent{now};
    for (const std::int64_t each : restarts_)
      if (each >= now - period) recent.push_back(each);
    restarts_ = recent;
    return restarts_.size() <= intensity;
  }

  static Child start_children(const std::vector<Child>& children) {
    for (const Child& each : children)
      if (!do_start(*each)) return each;
    return nullptr;
  }

  static void terminate_children(std::vector<Child>& children, bool remove_temporary) {
    for (auto each = children.rbegin(); each != children.rend(); ++each) do_terminate(**each);
    if (remove_temporary)
      std::erase_if(children,
                    [](const Child& each) { return each->restart == Restart::temporary; });
  }

  static void do_terminate(Process& child) {
    if (child.pid == Pid::alive || child.to_be_stopped) child.stop();
    reset(child);
  }

  Child shared() const {
    for (const Child& each : parent->children_)
      if (each.get() == this) return each;
    return nullptr;
  }

  std::vector<Child> children_;
  std::vector<std::int64_t> restarts_;
  std::deque<Message> mailbox_;
};

}  // namespace otp_model
