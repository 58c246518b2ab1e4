#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <poolder/core/random.hpp>
#include <poolder/factory/detail/child_ref.hpp>
#include <poolder/factory/detail/factory_handle.hpp>
#include <poolder/worker/restart_window.hpp>

#include "factory/child.hpp"
#include "runtime/engine.hpp"

namespace poolder::detail {

/// A factory's core: its children by number and by group, and their end.
///
/// A child is a member of its group until it is dismissed (its pid names nobody from then on), one
/// step in the cell; then it is leaving until its slot has closed, which the slot's owner does.
/// What must be done to many children is done a few hundred at a time, so that others get into the
/// cell in between.
///
/// Thread safety: public functions from any thread. What is below `options_` is touched in the
/// cell.
class FactoryCore final : public Engine {
 public:
  static std::shared_ptr<FactoryCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                            std::string_view type_name,
                                            const FactoryPoolOptions& options);
  FactoryCore(std::shared_ptr<RuntimeCore> runtime, std::string_view type_name,
              const FactoryPoolOptions& options);
  ~FactoryCore() override;

  bool owns(Pid pid) const noexcept override;
  /// Of its children no more than their number: there may be a million.
  EngineStats engine_stats() const override;

  // factory_core.cpp
  ChildRef start_child(std::string_view group, const ChildType& type,
                       std::unique_ptr<WorkerFactory> arguments);
  /// Throws Error{not_found} for another factory's, or one that is not in the group it should be
  /// in, Error{worker_down} where it has ended.
  Slot& reach(const ChildRef& to, FactoryHandle::Guard group) const;
  Duration call_timeout() const noexcept { return options_.call_timeout; }
  std::uint64_t dropped() const;

  // listing.cpp
  std::size_t count(std::string_view group) const;
  std::size_t count_all() const;
  std::vector<Pid> list(std::string_view group) const;
  std::vector<std::pair<Pid, std::string>> list_all() const;
  std::vector<std::string> groups() const;
  std::size_t broadcast(std::string_view group, const void* identity, const void* job);

  // leaving.cpp
  bool terminate(Pid pid);
  std::size_t terminate_group(std::string_view group);

  // For ChildKind.
  Duration retry_delay(const RetryPolicy& policy, int attempt);
  bool admit_restart();
  void fail_for_good(std::string why);
  void child_exits(FactoryChild& child);
  void child_closed(FactoryChild& child);
  void handler_abandoned(Generation generation);
  void abandoned_ended(Generation generation);
  ExitReason closing_reason(const FactoryChild& child) const;
  void stop_threw() noexcept { report_hook("stop", std::current_exception()); }

 private:
  using Children = std::vector<std::shared_ptr<FactoryChild>>;
  class Start;
  class Walk;

  // Engine
  bool is_idle() const noexcept override { return open_ == 0; }
  std::size_t ending() const noexcept override { return open_ + starting_; }
  void begin_stop() override;
  void give_up_rest() override;
  void begin_again() override;
  std::vector<const void*> handlers_here() const override;

  /// Children that were dismissed in the cell, with the pids they had, and are to be closed.
  struct Dismissed {
    std::vector<std::pair<std::shared_ptr<FactoryChild>, Pid>> children;
    bool look_again = false;
  };

  // ---- in the cell
  FactoryChild* at(Pid pid) const noexcept;
  bool take_number(std::size_t& number);
  void join(std::string_view group, FactoryChild& child);
  void leave(FactoryChild& child, FactoryChild::Ended how);
  void end(FactoryChild& child, Pid pid, FactoryChild::Ended how, Ticks now, Dismissed& dismissed);
  ExitReason reason_of(FactoryChild::Ended how) const;
  void run_out(FactoryChild& child);

  // ---- not in the cell
  std::shared_ptr<ChildKind> kind_of(const ChildType& type);
  void close(const Dismissed& dismissed, FactoryChild::Ended how);
  void look_again();
  void hurry();
  void abandon_overdue();
  void run_later(Duration delay, void (FactoryCore::*job)());

  FactoryPoolOptions options_;  // but for the name, which the engine has

  RestartWindow window_;
  Random random_;
  std::map<std::string, std::shared_ptr<ChildGroup>, std::less<>> groups_;
  std::size_t members_ = 0;  // of all groups
  std::unordered_map<const ChildType*, std::shared_ptr<ChildKind>> kinds_;
  Children children_;  // by number, the low bits of their pids; null: free, or being constructed
  std::vector<std::size_t> free_;     // numbers
  std::size_t open_ = 0;              // children that have not closed
  std::size_t starting_ = 0;          // and that are being constructed
  ChildList fresh_, late_, overdue_;  // who leaves: to be asked again, asked twice, out of time
  bool looks_again_ = false;          // a job is on its way that asks fresh_ again
  bool hurries_ = false;              // one that takes slots from handlers whose time is over
  std::uint64_t dropped_before_ = 0;  // by kinds of earlier generations
  Children retired_;                  // closed, to be given back together
};

}  // namespace poolder::detail
