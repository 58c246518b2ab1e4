#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/task/options.hpp>
#include <poolder/task/stats.hpp>

namespace poolder::detail {

class TaskerCore;

/// The untyped tasker: what Tasker is a typed shell over. All but push as in Tasker.
class TaskerHandle {
 public:
  /// `type`: of the engine, what find() looks for.
  static TaskerHandle start(const std::shared_ptr<RuntimeCore>& runtime, std::string_view type,
                            const TaskerOptions& options);
  static TaskerHandle attach(std::shared_ptr<EngineCore> core) noexcept;

  const std::shared_ptr<RuntimeCore>& runtime() const noexcept;
  std::shared_ptr<EngineCore> core() const noexcept;
  std::string_view name() const noexcept;

  /// Queues a task, whose message is the tasker's from now on, whatever happens.
  void push(Message* task) const;

  void set_limit(std::size_t limit) const;
  TaskerStats stats() const;
  bool drain(Duration deadline) const;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for the destructor: a wait that could never end is left

 private:
  explicit TaskerHandle(std::shared_ptr<TaskerCore> core) noexcept : core_(std::move(core)) {}

  std::shared_ptr<TaskerCore> core_;
};

}  // namespace poolder::detail
