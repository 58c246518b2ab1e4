#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/runnable.hpp>

#include "task/tasker_core.hpp"

namespace poolder::detail {

/// Hands a task's result to the function that callback() was given, as a job of its own.
class ResultDelivery final : public Runnable {
 public:
  ResultDelivery(std::shared_ptr<TaskerCore> tasker, Message* task, std::uint32_t generation,
                 Priority priority) noexcept
      : Runnable(priority), tasker_(std::move(tasker)), task_(task), generation_(generation) {}

  void run(Turn&) noexcept override {
    tasker_->deliver(task_, generation_);
    delete this;
  }
  void discard() noexcept override {
    free_message(task_);
    delete this;
  }

 private:
  const std::shared_ptr<TaskerCore> tasker_;
  Message* const task_;
  const std::uint32_t generation_;
};

}  // namespace poolder::detail
