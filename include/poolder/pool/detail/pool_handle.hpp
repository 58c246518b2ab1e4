#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <poolder/pool/options.hpp>
#include <poolder/pool/stats.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

class PoolCore;

/// What a pool is made from, but for the types.
struct PoolBlueprint {
  std::string_view type;  ///< of the engine: what find() looks for
  const WorkerType& worker;
  PoolOptions options;
  std::unique_ptr<WorkerFactory> factory;
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

  // Messages. `key` is what Routing::hash goes by.
  void cast(Message* message) const;
  void cast(Message* message, const Route& route) const;
  bool try_cast(Message* message) const;
  void cast_all(Message** messages, std::size_t count) const;
  std::size_t broadcast(Message* (*copy)(const void* job), const void* job) const;
  bool routes_by_broadcast(const Route* route) const noexcept;

  /// Sends, and waits for the answer up to the deadline. Throws what the route refuses, and
  /// Error{timeout}.
  void call(Message* message, ReplyBase& reply, const CallOptions& options) const;
  /// Sends; what the route refuses is stored in the reply.
  void request(Message* message, ReplyBase& reply, const CallOptions& options) const;
  Ticks deadline_of(const CallOptions& options) const;

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
  void kill(Pid worker) const;
  PoolStats stats() const;

 private:
  std::shared_ptr<PoolCore> core_;
};

}  // namespace poolder::detail
