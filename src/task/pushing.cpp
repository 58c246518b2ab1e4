#include <optional>
#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/handler_note.hpp"
#include "runtime/make_way.hpp"
#include "runtime/relax.hpp"
#include "runtime/wait_graph.hpp"
#include "task/tasker_core.hpp"

namespace poolder::detail {

void TaskerCore::push(Message* task) {
  check_thread();
  check_open();
  if (!queue_.is_plain()) return push_in_cell(task);
  switch (queue_.send(task)) {
    case Mailbox::Sent::queued:
      return;
    case Mailbox::Sent::piled_up:
      return make_way();
    case Mailbox::Sent::woke:
      return ring();
    case Mailbox::Sent::refused:
      fail_stopped();
  }
}

void TaskerCore::ring() {
  if (Runner* wake = cell_.enter([&] { return wanted_runner(); })) wake->schedule();
}

void TaskerCore::push_in_cell(Message* task) {
  const HandlerNote* const here = HandlerNote::innermost(static_cast<Engine*>(this));
  TaskQueue::Blocked blocked{task};
  Round round;
  auto pushed = TaskQueue::Pushed::yes;
  const bool open = cell_.enter([&] {
    if (!is_running()) return false;
    blocked.in_task = here && here->generation() == generation();
    pushed = queue_.push(blocked, queue_time(), limit_, round.aside);
    conclude(round);
    return true;
  });
  if (!open) fail_stopped();
  deal_with(round);
  if (pushed == TaskQueue::Pushed::full)
    fail(ErrorCode::queue_full,
         "the tasker's queue holds " + std::to_string(options_.queue.capacity));
  if (pushed == TaskQueue::Pushed::would_deadlock) fail_deadlock();
  if (pushed == TaskQueue::Pushed::waiting) wait_for_room(blocked);
}

void TaskerCore::wait_for_room(TaskQueue::Blocked& blocked) {
  try {
    std::optional<WaitGraph::Edge> edge;
    if (!queue_.has_max_wait())  // else room comes of age
      edge.emplace(runtime().wait_graph(), static_cast<Engine*>(this), &blocked.room);
    blocked.room.wait_until(runtime(), never);
  } catch (...) {  // a ring, or a simulation in which nothing could end the wait
    Round round;
    const bool listed = cell_.enter([&] {
      const bool withdrawn = queue_.withdraw(blocked);
      conclude(round);
      return withdrawn;
    });
    deal_with(round);
    if (listed) throw;
    while (!blocked.room.signalled()) relax();  // admitted or refused this very moment
  }
  if (blocked.refused == ErrorCode::stopped) fail_stopped();
  if (blocked.refused) fail_deadlock();
}

void TaskerCore::fail_stopped() const {
  fail(ErrorCode::stopped, "the tasker \"" + std::string(name()) + "\" has stopped");
}

void TaskerCore::fail_deadlock() const {
  fail(ErrorCode::would_deadlock, "the queue of the tasker \"" + std::string(name()) +
                                      "\" is full, and all tasks that could make room wait for it");
}

}  // namespace poolder::detail
