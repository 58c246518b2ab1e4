#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <poolder/core/duration.hpp>
#include <poolder/supervise/options.hpp>
#include <poolder/worker/restart_window.hpp>

namespace poolder::detail {

/// What OTP's supervisor decides, as a machine without threads, clock or children: what has
/// happened goes in, one start or stop after another comes out.
///
/// It takes news (add, ended, retry, terminate) only while busy() is false: in OTP the rest waits
/// in the process's mailbox. Each step that next() hands out is answered by done() before anything
/// else; stop_all() may come between any two.
/// Not thread-safe; owned by one supervisor and touched only in its cell.
class Plan {
 public:
  using Id = std::uint64_t;

  struct Step {
    enum class Kind { start, stop };
    Kind kind;
    Id child;
  };
  enum class Verdict { go_on, give_up };

  Plan(Strategy strategy, RestartPolicy allowed);

  /// A new child, behind the others. Where its start fails it is forgotten.
  void add(Id child, Restart restart);
  /// Children of a supervisor that starts, or starts afresh: as add(), in this order, but the first
  /// that fails ends the start.
  void add_all(const std::vector<std::pair<Id, Restart>>& children);
  /// A child that was started the `life`-th time has ended by itself.
  Verdict ended(Id child, std::uint64_t life, bool abnormally, Ticks now);
  /// A child whose start had failed is tried again.
  Verdict retry(Id child, Ticks now);
  /// Ends a child for good.
  void terminate(Id child);
  /// Ends all, in reverse; in place of what else is left to do.
  void stop_all();

  bool busy() const noexcept { return !steps_.empty(); }
  std::optional<Step> next();

  /// What done() leads to besides the next step.
  enum class Outcome {
    nothing,
    try_again,  ///< retry() is to come, after what is waiting
    failed,     ///< a start of add() or add_all()
  };
  Outcome done(bool succeeded);

  bool has(Id child) const noexcept { return find(child) != nullptr; }
  /// Those that has() has ceased to know since the last call.
  std::vector<Id> take_forgotten() noexcept { return std::exchange(forgotten_, {}); }
  bool is_up(Id child) const noexcept;
  /// How often the child has been started; the present start counts.
  std::uint64_t life(Id child) const noexcept;
  /// Children that run or are on their way.
  std::size_t count() const noexcept;
  /// How many restarts the intensity has admitted.
  std::uint64_t restarts() const noexcept { return restarts_; }
  /// Nothing runs.
  bool all_down() const noexcept;

 private:
  enum class State {
    down,
    up,
    ended,       ///< by itself; a stop() is still due
    restarting,  ///< its start has failed
  };
  struct Member {
    Id id;
    Restart restart;
    State state = State::down;
    bool wanted = true;
    bool leaving = false;  ///< forgotten once it is stopped
    std::uint64_t life = 0;
  };

  const Member* find(Id child) const noexcept;
  Member* find(Id child) noexcept;
  void restart(Id child);
  void stop_in_reverse(std::size_t first, std::size_t last);
  void forget(Id child);
  void settle_stop(Member& member);

  Strategy strategy_;
  RestartWindow window_;
  std::uint64_t restarts_ = 0;
  std::vector<Member> members_;  // in the order of their start
  std::deque<Step> steps_;
  std::vector<Id> forgotten_;
  bool adding_ = false;  // a failed start is no failure of a running child
};

}  // namespace poolder::detail
