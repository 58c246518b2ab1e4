#include "task/task_queue.hpp"

#include <algorithm>

#include "task/task_message.hpp"

namespace poolder::detail {

TaskQueue::TaskQueue(const QueueOptions& options)
    : options_(options),
      plain_(options.order == QueueOrder::fifo && options.capacity == unlimited &&
             options.max_wait == infinity) {}

bool TaskQueue::wants_ring() noexcept {
  return !plain_ || mail_.is_closed() || mail_.is_idle() || mail_.leave();
}

TaskQueue::Pushed TaskQueue::push(Blocked& blocked, Ticks now, std::size_t places, Aside& aside) {
  if (entries_.size() < options_.capacity) return append(blocked.task, now), Pushed::yes;
  if (options_.on_full == OnFull::reject) return Pushed::full;
  if (options_.on_full == OnFull::drop_oldest) {
    aside.displaced.push_back(entries_.front().task);
    entries_.pop_front();
    return append(blocked.task, now), Pushed::yes;
  }
  if (blocked.in_task) {
    // Room comes from a task that ends, or from one that has waited too long.
    if (!has_max_wait() && blocked_tasks_ + 1 >= places) return Pushed::would_deadlock;
    ++blocked_tasks_;
  }
  blocked_.push_back(&blocked);
  return Pushed::waiting;
}

bool TaskQueue::withdraw(Blocked& blocked) {
  if (std::erase(blocked_, &blocked) == 0) return false;
  if (blocked.in_task) --blocked_tasks_;
  return true;
}

void TaskQueue::check_blocked(std::size_t places, Aside& aside) {
  while (!has_max_wait() && blocked_tasks_ >= places && blocked_tasks_ > 0) {
    const auto last = std::find_if(blocked_.rbegin(), blocked_.rend(),
                                   [](const Blocked* each) { return each->in_task; });
    Blocked& refused = **last;
    blocked_.erase(std::next(last).base());
    refuse(refused, ErrorCode::would_deadlock, aside);
  }
}

Message* TaskQueue::take(Ticks now, Aside& aside) {
  for (;;) {
    Message* next = nullptr;
    if (plain_) {
      next = pop_plain();
    } else if (!entries_.empty()) {
      const bool fifo = options_.order == QueueOrder::fifo;
      const Entry entry = fifo ? entries_.front() : entries_.back();
      fifo ? entries_.pop_front() : entries_.pop_back();
      admit(now, aside);
      if (is_expired(entry, now)) {
        aside.expired.push_back(entry.task);
        continue;
      }
      next = entry.task;
    }
    if (!next || starts(*next)) return next;
    aside.withdrawn.push_back(next);
  }
}

Ticks TaskQueue::expire(Ticks now, Aside& aside) {
  while (!entries_.empty() && is_expired(entries_.front(), now)) {
    aside.expired.push_back(entries_.front().task);
    entries_.pop_front();
    admit(now, aside);
  }
  // One nanosecond more: what has waited for max_wait may still run.
  return entries_.empty() ? never
                          : after(after(entries_.front().since, options_.max_wait), Duration{1});
}

bool TaskQueue::is_empty() const noexcept {
  return plain_ ? !batch_ && mail_.length() == 0 : entries_.empty();
}

std::size_t TaskQueue::size() const noexcept {
  return plain_ ? batch_length_ + static_cast<std::size_t>(mail_.length()) : entries_.size();
}

void TaskQueue::close(Aside& aside) {
  while (Message* next = pop_plain()) aside.displaced.push_back(next);
  for (Message* each = mail_.close().oldest; each;) {
    Message* next = each->next;
    aside.displaced.push_back(each);
    each = next;
  }
  for (const Entry& each : entries_) aside.displaced.push_back(each.task);
  entries_.clear();
  for (Blocked* each : std::exchange(blocked_, {})) refuse(*each, ErrorCode::stopped, aside);
}

void TaskQueue::shrink() {
  entries_.shrink_to_fit();
  blocked_.shrink_to_fit();
}

Message* TaskQueue::pop_plain() noexcept {
  if (!batch_) {
    const Mailbox::Mail mail = mail_.look();
    batch_ = mail.oldest;
    batch_length_ = static_cast<std::size_t>(mail.length);
    if (!batch_) return nullptr;
  }
  Message* next = batch_;
  batch_ = next->next;
  if (batch_) __builtin_prefetch(batch_);
  --batch_length_;
  return next;
}

bool TaskQueue::is_expired(const Entry& entry, Ticks now) const noexcept {
  return has_max_wait() && now - entry.since > options_.max_wait.count();
}

void TaskQueue::append(Message* task, Ticks now) { entries_.push_back({task, now}); }

// Whoever waited longest for room takes what there is.
void TaskQueue::admit(Ticks now, Aside& aside) {
  while (!blocked_.empty() && entries_.size() < options_.capacity) {
    Blocked& first = *blocked_.front();
    blocked_.pop_front();
    if (first.in_task) --blocked_tasks_;
    append(first.task, now);
    aside.told.push_back(&first.room);
  }
}

void TaskQueue::refuse(Blocked& blocked, ErrorCode code, Aside& aside) {
  if (blocked.in_task) --blocked_tasks_;
  blocked.refused = code;
  aside.told.push_back(&blocked.room);
}

}  // namespace poolder::detail
