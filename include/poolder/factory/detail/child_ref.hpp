#pragma once

#include <memory>
#include <utility>

#include <poolder/runtime/pid.hpp>

namespace poolder::detail {

class FactoryChild;

/// The untyped WorkerRef: one worker object of a factory's child.
class ChildRef {
 public:
  ChildRef() noexcept = default;
  ChildRef(std::shared_ptr<FactoryChild> child, Pid pid) noexcept
      : child_(std::move(child)), pid_(pid) {}

  Pid pid() const noexcept { return pid_; }
  bool alive() const noexcept;
  const std::shared_ptr<FactoryChild>& child() const noexcept { return child_; }

 private:
  std::shared_ptr<FactoryChild> child_;
  Pid pid_;
};

}  // namespace poolder::detail
