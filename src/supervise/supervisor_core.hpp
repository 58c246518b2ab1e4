#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <poolder/core/error.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/supervise/child.hpp>

#include "runtime/engine.hpp"
#include "supervise/operation.hpp"
#include "supervise/plan.hpp"

namespace poolder::detail {

/// A supervisor's core. OTP's supervisor is a process that does one thing after another; here its
/// mailbox is `inbox_`, its decisions are the Plan's, and each call of a child's function is an
/// Operation: a job of its own, one at a time, so no thread is kept waiting between them.
///
/// Whoever brings news (a child's end, an operation's end, a deadline, a request) puts it into the
/// cell and pumps: takes what is to be done next out of the cell, and does it.
///
/// Thread safety: all public functions from any thread. What stands below `// In the cell` is
/// touched only in it.
///
/// Invariants.
/// 1. At most one operation is current. One that was left behind is its place's `stuck`, and no
/// other begins at that place before it has ended.
/// 2. A child object is constructed once, and not destroyed before the supervisor, if get() has
/// handed it out.
/// 3. User code runs in operations alone, and in the constructor's and restart()'s own thread: so a
/// recipe, which holds the user's objects, is not given up in the cell, nor is a child.
/// 4. Nothing begins while stop_now() runs: it must not reach a child that was started again.
class SupervisorCore final : public Engine {
 public:
  static std::shared_ptr<SupervisorCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                               const SupervisorOptions& options,
                                               const std::vector<ChildSpec>& children);
  SupervisorCore(std::shared_ptr<RuntimeCore> runtime, const SupervisorOptions& options);
  ~SupervisorCore() override;

  // EngineCore
  void stop() override;
  void stop_now() override;
  void restart() override;
  bool runs_here() const noexcept override;

  // As in Supervisor.
  void* find(const std::type_info& type, std::string_view type_name, const std::string_view* name);
  void start_child(std::shared_ptr<const Recipe> recipe);
  void terminate_child(std::string_view name);
  std::size_t count() const;
  /// The handle is destroyed: so are the children, as soon as they have stopped.
  void release_children();

  /// On the operation's thread.
  void run(Operation& operation) noexcept;
  void over(Operation& operation) noexcept;

 private:
  using Id = Plan::Id;

  /// What stands for a child, running or not.
  struct Place {
    std::shared_ptr<const Recipe> recipe;
    std::shared_ptr<Child> child{};  ///< null: never started
    std::string name{};
    bool added = false;       ///< by start_child: does not survive the supervisor's own restart
    bool handed_out = false;  ///< by get()
    bool gone = false;        ///< forgotten, and kept for the supervisor's own restart alone
    std::uint64_t stuck = 0;  ///< the operation that was left behind and has not ended
    WaitPoint* unstuck = nullptr;  ///< who waits for that end
  };

  /// What start_child and terminate_child wait for.
  struct Request {
    std::shared_ptr<const Recipe> recipe{};  ///< null: terminate
    std::string name{};
    Id origin = 0;  ///< the child whose handler asks
    bool waits = true;
    Id id = 0;  ///< the child that it is about, once it is served
    std::exception_ptr error{};
    WaitPoint over{};
  };
  struct Ended {
    Id id;
    std::uint64_t life;
    ExitReason reason;
  };
  struct Retry {
    Id id;
  };
  using News = std::variant<Ended, Retry, std::shared_ptr<Request>>;

  struct Current {
    std::uint64_t number;
    Operation::Kind kind;
    Id id;
    std::shared_ptr<Child> child;
    Duration limit;
    bool awaits_stuck = false;  ///< it has not begun
    bool hurried = false;       ///< the child was told that its time is over
  };
  struct Deadline {
    std::uint64_t number;
    Duration span;
  };
  struct Line {
    std::uint32_t kind;
    std::string text;
  };

  /// Children on their way out, destroyed in reverse, each before what it was constructed from.
  struct Remains {
    explicit Remains(std::vector<Place> places) : left(std::move(places)) {}
    Remains(const Remains&) = delete;
    Remains& operator=(const Remains&) = delete;
    ~Remains() {
      while (!left.empty()) left.pop_back();
    }
    std::vector<Place> left;
  };

  /// What is to be done outside of the cell.
  struct Todo {
    std::optional<Operation> operation{};
    std::optional<Deadline> deadline{};
    std::optional<ExitReason> give_up{};
    std::vector<std::shared_ptr<Request>> answered{};
    std::vector<Line> lines{};
    std::vector<Place> remains{};
    bool settle = false;
  };

  // Engine: what it says of itself
  EngineStats engine_stats() const override;
  bool is_idle() const noexcept override;
  bool may_end() const noexcept override { return stopping_children_ && all_done(); }
  void begin_stop() override;
  void begin_again() override;

  // supervisor_start.cpp
  void plan_afresh();
  void start_children();
  bool outwait_stuck(Id id);
  void undo_start() noexcept;
  void go();
  void perform(Operation& operation);
  void construct(Operation& operation);
  void claim(Id id, std::string name, const Recipe& recipe);
  void child_ended(Id id, ExitReason reason);
  std::shared_ptr<SupervisorCore> self();

  // supervisor_requests.cpp
  Id child_that_runs_here() const;
  void submit(const std::shared_ptr<Request>& request);
  void serve(std::shared_ptr<Request> request);
  std::optional<Id> to_terminate(Request& request) const;
  void refuse(std::shared_ptr<Request> request, ErrorCode code, std::string_view why);
  void refuse_requests_of(Id child);
  void refuse_all();

  // supervisor_turn.cpp
  bool all_done() const noexcept { return plan_.all_down() && is_idle(); }
  void pump();
  void next(Todo& todo);
  void begin(const Plan::Step& step, Todo& todo);
  bool begin_destruction(Todo& todo);
  Operation operation_of(const Current& current);
  void take_news(Todo& todo);
  void take_end(const Ended& end, Todo& todo);
  void give_up(Id child, std::string_view why, Todo& todo);
  void give_up_for(ExitReason reason);
  void finish_current(std::exception_ptr&& error = nullptr, std::string_view what = {});
  void bury_forgotten();
  void deadline(std::uint64_t number);
  void leave_behind();
  void carry_out(Todo& todo);
  void arm(const Deadline& deadline);
  struct Stray {
    std::optional<Operation> undo{};
    WaitPoint* unstuck = nullptr;
  };
  Stray stray(Operation& operation);
  void note(std::uint32_t kind, std::string text) { lines_.push_back({kind, std::move(text)}); }
  std::string label(Id child) const;
  std::vector<Place> take_all_places();
  /// How long a stop may take; for who waits until one that was left behind ends, at least a
  /// moment.
  Duration time_for(const Place& place, bool awaits_stuck) const noexcept;

  const Strategy strategy_;
  const RestartPolicy allowed_;
  Runtime runtime_view_;  // what children are constructed with; outlives the user's Runtime

  // In the cell.
  Plan plan_;
  std::map<Id, Place> places_;
  std::deque<News> inbox_;
  std::optional<Current> current_;
  std::shared_ptr<Request> serving_;
  std::vector<std::shared_ptr<Request>> answered_;
  std::vector<Line> lines_;
  std::vector<Place> dying_;  // forgotten, to be destroyed
  std::vector<Place> kept_;   // forgotten, but handed out
  Id last_id_ = 0;
  std::uint64_t last_operation_ = 0;
  bool held_ = true;  // its children are being started on a thread of the caller's
  bool stopping_children_ = false;
  bool giving_up_ = false;
  bool in_haste_ = false;
  bool hurrying_ = false;  // a child is being told that its time is over: nothing begins meanwhile
  bool orphaned_ = false;
  bool pumping_ = false, pump_again_ = false;
  mutable std::size_t visitors_ = 0;            // threads that look at copies of the children
  mutable WaitPoint* visitors_gone_ = nullptr;  // who waits for the last of them
};

}  // namespace poolder::detail
