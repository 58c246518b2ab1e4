#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poolder/pool/events.hpp>
#include <poolder/pool/options.hpp>
#include <poolder/pool/stats.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

class PoolCore;
class PoolHandle;
class Slot;
class WorkerBox;

/// What a pool is made from, but for the types.
struct PoolBlueprint {
  std::string_view type;  ///< of the engine: what find() looks for
  const WorkerType& worker;
  PoolOptions options;
  std::unique_ptr<WorkerFactory> factory;
  void (*handle_init)(const PoolHandle&);  ///< null: there is none
  PoolEvents (*events)();                  ///< null: there are none
};

/// The untyped pool: what Pool and PoolRef are typed shells over. Copies share the core. Messages
/// that are handed in belong to it, whatever happens.
class PoolHandle {
 public:
  PoolHandle() noexcept = default;
  explicit PoolHandle(std::shared_ptr<PoolCore> core) noexcept : core_(std::move(core)) {}

  static PoolHandle start(const std::shared_ptr<RuntimeCore>& runtime, PoolBlueprint blueprint);
  static PoolHandle attach(std::shared_ptr<EngineCore> core) noexcept;

  explicit operator bool() const noexcept { return core_ != nullptr; }
  const std::shared_ptr<RuntimeCore>& runtime() const noexcept;
  std::shared_ptr<EngineCore> core() const noexcept;

  // Messages. `key` is what Routing::hash goes by.
  void cast(Message* message, const Route* route = nullptr) const;
  bool try_cast(Message* message) const;
  void cast_all(Message** messages, std::size_t count) const;
  std::size_t broadcast(Message* (*copy)(const void* job), const void* job) const;
  bool routes_by_broadcast(const Route* route) const noexcept;

  /// Whether a call may run on the caller's thread.
  bool calls_inline() const noexcept;
  bool routes_by_key(const CallOptions& options) const noexcept;

  /// Sends, and waits for the answer up to the deadline. Throws what the route refuses, and
  /// Error{timeout}.
  /// `chosen`: the slot, where that has been settled.
  void call(Message* message, ReplyBase& reply, const CallOptions& options,
            Slot* chosen = nullptr) const;
  /// Sends; what the route refuses is stored in the reply.
  void request(Message* message, ReplyBase& reply, const CallOptions& options) const;
  Ticks deadline_of(const CallOptions& options) const;
  /// Waits for that slot's reply. False: the deadline has passed. Throws Error{would_deadlock}.
  bool wait_for(std::size_t index, ReplyBase& reply, Ticks deadline) const;
  void check_open() const;

  // The rest is as in Pool.
  std::string_view name() const noexcept;
  std::size_t size() const noexcept;
  Pid worker(std::size_t index) const;
  std::vector<Pid> workers() const;
  Pid start_worker() const;
  void stop_worker() const;
  void resize(std::size_t size) const;
  void pause() const;
  void resume() const;
  bool drain(Duration deadline) const;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for destructors: a wait that could never end is left
  void kill(Pid worker) const;
  PoolStats stats() const;
  Subscription on_overrun(std::function<void(const Overrun&)> callback) const;
  Subscription on(PoolEvents events) const;

 private:
  friend class InlineTurn;
  friend class RequestRound;

  std::shared_ptr<PoolCore> core_;
};

/// A request to each of several slots. Those whose queues are full wait for room together, so that
/// one of them holds up no other.
class RequestRound {
 public:
  RequestRound(const PoolHandle& pool, Ticks deadline) noexcept;
  ~RequestRound();
  RequestRound(const RequestRound&) = delete;
  RequestRound& operator=(const RequestRound&) = delete;

  /// Never waits. The message is the pool's, whatever happens; what the slot refuses is stored in
  /// the reply, which must live as long as this.
  void add(std::size_t index, Message* message, ReplyBase& reply);
  /// Returns once all are queued or refused, at the deadline at last.
  void wait_for_room();

 private:
  struct Blocked;

  PoolCore& pool_;
  Ticks deadline_;
  std::vector<std::unique_ptr<Blocked>> blocked_;
  std::unique_ptr<Blocked> spare_;
};

/// Jobs on their way into cast_all, a few hundred at a time. What was added is sent, also where a
/// later one throws.
class CastChunk {
 public:
  explicit CastChunk(const PoolHandle& pool) noexcept : pool_(pool) {}
  ~CastChunk() {
    try {
      send();
    } catch (...) {
      // Another exception is under way already.
    }
  }
  CastChunk(const CastChunk&) = delete;
  CastChunk& operator=(const CastChunk&) = delete;

  void add(Message* message) {
    messages_[filled_++] = message;
    if (filled_ == messages_.size()) send();
  }
  void send() { pool_.cast_all(messages_.data(), std::exchange(filled_, 0)); }

 private:
  const PoolHandle& pool_;
  std::size_t filled_ = 0;
  std::array<Message*, 512> messages_;
};

/// An idle worker that the calling thread runs itself, for one call. Empty where the worker that
/// the route leads to is not idle, or must not run here: then the call is sent.
///
/// Between construction and succeeded() or failed() the caller is inside the worker's handler.
class InlineTurn {
 public:
  /// `key` is what Routing::hash goes by; null: the type has none. Throws what the route refuses.
  InlineTurn(const PoolHandle& pool, const CallOptions& options, const WorkerMessageType& type,
             const std::uint64_t* key);
  ~InlineTurn();
  InlineTurn(const InlineTurn&) = delete;
  InlineTurn& operator=(const InlineTurn&) = delete;

  explicit operator bool() const noexcept { return box_ != nullptr; }
  /// Where the call is to be sent else; null: the inline turn was not tried.
  Slot* slot() const noexcept { return slot_; }
  void* worker() const noexcept;
  Context context() const noexcept;

  /// Throws Error{worker_down} where the worker was killed meanwhile.
  void succeeded();
  void failed(const std::exception_ptr& error);

 private:
  struct Edge;

  void begin_at_a_free_worker(PoolCore& core, const WorkerMessageType& type);
  void end(const std::exception_ptr& error);

  Slot* slot_ = nullptr;
  WorkerBox* box_ = nullptr;
  std::unique_ptr<Edge> edge_;  // only where a handler calls
};

}  // namespace poolder::detail
