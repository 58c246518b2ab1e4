// The definition's weigh, which runs on the threads that push.

#include <optional>
#include <utility>

#include <poolder/core/error.hpp>

#include "batch/batcher_core.hpp"

namespace poolder::detail {

struct BatcherCore::Weighing {
  explicit Weighing(BatcherCore& its_core) : core(its_core) {}
  Weighing(const Weighing&) = delete;
  ~Weighing() {
    if (!task.definition) return;
    task.definition = nullptr;  // destroyed here where the batcher has stopped without it
    here.reset();
    core.end_weighing(task);
  }

  BatcherCore& core;
  Task task;
  std::optional<InHandler> here;
};

// It counts as a handler, so that the definition is not destroyed meanwhile; but as none that a
// drain waits for, or that takes up a lane.
std::size_t BatcherCore::weigh(Weigh* how, const void* item) {
  check_thread();
  Weighing weighing{*this};
  Task& task = weighing.task;
  cell_.enter([&] {
    if (!is_running()) return;
    task.definition = definition_;
    task.generation = handler_begins();
    ++weighing_;
  });
  if (!task.definition) fail(ErrorCode::stopped, "the batcher has stopped");
  task.activation = weighing.here.emplace(*this, nullptr).activation();
  return how(task.definition.get(), item);
}

void BatcherCore::end_weighing(Task& task) {
  Effects effects;
  cell_.enter([&] {
    if (task.generation == generation()) --weighing_;
    handler_ends(task.generation, task.activation, effects.told);
    prompt(effects);
  });
  carry_out(effects);
}

}  // namespace poolder::detail
