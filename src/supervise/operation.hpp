#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include <poolder/supervise/detail/child.hpp>

#include "supervise/plan.hpp"

namespace poolder::detail {

class SupervisorCore;

/// One start, stop or destruction of a child. It is user code, so it runs as a job of its own, and
/// may outlast its supervisor's patience.
///
/// Its supervisor hears of its end exactly once, also where the runtime ends before it runs.
struct Operation {
  enum class Kind { start, stop, destroy };

  Operation() = default;
  Operation(Operation&&) = default;
  Operation& operator=(Operation&&) = default;
  ~Operation();

  std::shared_ptr<SupervisorCore> supervisor;  ///< null: nobody is to be told
  std::uint64_t number = 0;                    ///< unique in the supervisor
  Kind kind = Kind::start;
  Plan::Id id = 0;
  std::shared_ptr<const Recipe> recipe;
  std::shared_ptr<Child> child;  ///< null: the start constructs it
  std::exception_ptr error;
  std::string what;  ///< what `error` says
};

}  // namespace poolder::detail
