#pragma once

#include <poolder/runtime/detail/message.hpp>
#include <poolder/task/detail/task_type.hpp>

namespace poolder::detail {

inline const TaskType& type_of(const Message& task) noexcept {
  return static_cast<const TaskType&>(*task.type);
}

inline ReplyBase* reply_of(Message& task) noexcept {
  const TaskType& type = type_of(task);
  return type.reply ? &type.reply(task) : nullptr;
}

/// From now on its future can not withdraw it. False: it has done so.
inline bool starts(Message& task) noexcept {
  ReplyBase* reply = reply_of(task);
  return !reply || reply->start();
}

}  // namespace poolder::detail
