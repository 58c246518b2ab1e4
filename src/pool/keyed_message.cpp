#include "pool/keyed_message.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

namespace {

struct KeyedMessage {
  Message* inner;
  std::uint64_t key;
};

KeyedMessage& keyed(Message& message) noexcept { return Payload<KeyedMessage>::get(message); }

const WorkerMessageType& type_of(const Message& message) noexcept {
  return static_cast<const WorkerMessageType&>(*message.type);
}

void destroy(Message& message) noexcept { free_message(keyed(message).inner); }

void run(void* worker, Message& message, Context& context, Next& next) {
  Message& inner = *keyed(message).inner;
  type_of(inner).run(worker, inner, context, next);
}

ReplyBase* reply(Message& message) noexcept {
  Message& inner = *keyed(message).inner;
  return type_of(inner).reply(inner);
}

std::uint64_t key(const Message& message) { return keyed(const_cast<Message&>(message)).key; }

// One for each type of message that was ever sent with a key of its sender's; they are never freed.
const WorkerMessageType& keyed_type(const WorkerMessageType& inner) {
  static std::mutex mutex;
  static auto& all =
      *new std::unordered_map<const MessageType*, std::unique_ptr<const WorkerMessageType>>;
  thread_local const WorkerMessageType* last_inner = nullptr;
  thread_local const WorkerMessageType* last = nullptr;
  if (last_inner == &inner) return *last;
  std::lock_guard lock(mutex);
  auto& type = all[&inner];
  if (!type)
    type = std::make_unique<const WorkerMessageType>(WorkerMessageType{
        {inner.name, &destroy}, &run, inner.reply ? &reply : nullptr, &key, nullptr});
  last_inner = &inner;
  return *(last = type.get());
}

}  // namespace

Message* with_key(Message* message, std::uint64_t its_key) {
  return make_message<KeyedMessage>(keyed_type(type_of(*message)), message, its_key);
}

bool has_own_key(const Message& message) noexcept { return type_of(message).key == &key; }

}  // namespace poolder::detail
