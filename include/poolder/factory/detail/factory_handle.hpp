#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poolder/factory/detail/child_ref.hpp>
#include <poolder/factory/detail/child_type.hpp>
#include <poolder/factory/options.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/worker/call_options.hpp>

namespace poolder::detail {

class FactoryCore;

/// The untyped factory: what FactoryPool is a typed shell over. Copies share the core. Messages
/// that are handed in belong to it, whatever happens.
class FactoryHandle {
 public:
  explicit FactoryHandle(std::shared_ptr<FactoryCore> core) noexcept : core_(std::move(core)) {}

  static FactoryHandle start(const std::shared_ptr<RuntimeCore>& runtime,
                             std::string_view type_name, const FactoryPoolOptions& options);
  static FactoryHandle attach(std::shared_ptr<EngineCore> core) noexcept;

  std::shared_ptr<EngineCore> core() const noexcept;

  ChildRef start_child(std::string_view group, const ChildType& type,
                       std::unique_ptr<WorkerFactory> arguments) const;

  /// Where the child must be, if it must be somewhere.
  using Guard = std::optional<std::string_view>;
  void cast(Guard group, const ChildRef& to, Message* message) const;
  void call(Guard group, const ChildRef& to, Message* message, ReplyBase& reply,
            const CallOptions& options) const;
  /// `job` is what a Delivery makes messages of.
  std::size_t broadcast(std::string_view group, const void* identity, const void* job) const;

  // The rest is as in FactoryPool.
  std::string_view name() const noexcept;
  std::uint64_t dropped() const;
  std::size_t count(std::string_view group) const;
  std::size_t count_all() const;
  std::vector<Pid> list(std::string_view group) const;
  std::vector<std::pair<Pid, std::string>> list_all() const;
  std::vector<std::string> groups() const;
  bool terminate(Pid worker) const;
  std::size_t terminate_group(std::string_view group) const;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for destructors: a wait that could never end is left

 private:
  std::shared_ptr<FactoryCore> core_;
};

}  // namespace poolder::detail
