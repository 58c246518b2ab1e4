#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <poolder/core/duration.hpp>
#include <poolder/lease/detail/lease_request.hpp>
#include <poolder/lease/detail/lease_type.hpp>
#include <poolder/lease/detail/lent.hpp>
#include <poolder/lease/options.hpp>
#include <poolder/lease/status.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/priority.hpp>

namespace poolder::detail {

class LeaseCore;

/// What a lease pool is made from, but for the types.
struct LeaseBlueprint {
  std::string_view type;  ///< of the engine: what find() looks for
  const LeaseType& definition;
  LeasePoolOptions options;
  std::unique_ptr<LeaseDefinitionFactory> factory;
};

/// The untyped lease pool: what LeasePool is a typed shell over. Copies share the core.
class LeaseHandle {
 public:
  static LeaseHandle start(const std::shared_ptr<RuntimeCore>& runtime, LeaseBlueprint blueprint);
  static LeaseHandle attach(std::shared_ptr<EngineCore> core) noexcept;
  const std::shared_ptr<RuntimeCore>& runtime() const noexcept;
  std::shared_ptr<EngineCore> core() const noexcept;

  Lent acquire(Duration timeout, Priority priority) const;
  Lent try_acquire() const;  ///< nothing where none is to be had
  void request(std::unique_ptr<LeaseRequest> request, Duration timeout, Priority priority) const;
  Duration checkout_timeout() const noexcept;

  void add_idle(std::size_t count) const;
  void remove_idle(std::size_t count) const;
  LeaseStatus status() const;
  LeaseStats stats() const;
  std::string_view name() const noexcept;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for destructors: a wait that could never end is left

 private:
  explicit LeaseHandle(std::shared_ptr<LeaseCore> core) noexcept : core_(std::move(core)) {}

  std::shared_ptr<LeaseCore> core_;
};

}  // namespace poolder::detail
