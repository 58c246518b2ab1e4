#pragma once

#include <memory>
#include <string>

#include <poolder/factory/detail/child_type.hpp>
#include <poolder/runtime/exit_reason.hpp>

#include "factory/child_list.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

class FactoryCore;

/// Children that were started under one name. Lives as long as one of them; a second group of that
/// name may be there before it goes. Touched in the factory's cell.
struct ChildGroup {
  explicit ChildGroup(std::string_view given) : name(given) {}

  const std::string name;
  ChildList members;
  bool dissolved = false;  ///< the factory does not know it any more
};

/// What a factory knows of one class of children, in one of its generations: the owner of their
/// slots.
class ChildKind final : public SlotOwner {
 public:
  ChildKind(FactoryCore& factory, const ChildType& type, std::uint32_t generation);

  FactoryCore& factory() const noexcept { return factory_; }
  const ChildType& type() const noexcept { return type_; }
  std::uint32_t generation() const noexcept { return generation_; }

  // SlotOwner
  const EngineCore* engine() const noexcept override;
  void log(const std::string& line) noexcept override;
  const WorkerFactory& arguments_of(const Slot& slot) const noexcept override;
  Duration retry_delay(int attempt) override;
  bool admit_restart() override;
  void fail_for_good(std::string why) override;
  void worker_exits(Slot& slot) override;
  void handler_abandoned(Pid) override;
  void abandoned_ended(Pid) override;
  void begin_stop(ExitReason reason) override;
  ExitReason closing_reason(const Slot& slot) const override;
  Refusal refusal(const Slot& slot) const noexcept override;
  void slot_closed(Slot& slot) override;
  void slot_idle(std::size_t) override {}
  std::shared_ptr<SlotOwner> keep(const Slot& slot) override;

 private:
  FactoryCore& factory_;  // kept by every child, and who asks for anything is one
  const ChildType& type_;
  const std::uint32_t generation_;
};

/// A child: a slot, and its place in the factory. Kept by the factory until the slot has closed,
/// and by whoever refers to it.
///
/// `link`, `group`, `ended` and `due` are touched in the factory's cell.
class FactoryChild final : public Slot, public std::enable_shared_from_this<FactoryChild> {
 public:
  enum class Ended : std::uint8_t { no, exited, terminated, stopped };

  FactoryChild(std::shared_ptr<EngineCore> factory, std::shared_ptr<ChildKind> kind,
               std::size_t number, WorkerBox* worker, std::unique_ptr<WorkerFactory> arguments)
      : Slot(*kind, number, worker),
        factory_(std::move(factory)),
        kind_(std::move(kind)),
        arguments_(std::move(arguments)) {
    link.child = this;
  }

  ChildKind& kind() const noexcept { return *kind_; }
  FactoryCore& factory() const noexcept { return kind_->factory(); }
  const WorkerFactory& arguments() const noexcept { return *arguments_; }
  /// They are the user's objects, and no worker comes after the slot has closed.
  void drop_arguments() noexcept { arguments_.reset(); }

  ChildLink link;
  std::shared_ptr<ChildGroup> group;
  Ticks due = never;  ///< when its handler is left to itself
  Ended ended = Ended::no;

 private:
  const std::shared_ptr<EngineCore> factory_;
  const std::shared_ptr<ChildKind> kind_;
  std::unique_ptr<WorkerFactory> arguments_;
};

}  // namespace poolder::detail
