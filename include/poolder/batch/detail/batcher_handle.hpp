#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <poolder/batch/detail/batcher_type.hpp>
#include <poolder/batch/options.hpp>
#include <poolder/batch/stats.hpp>
#include <poolder/runtime/detail/core.hpp>

namespace poolder::detail {

class BatcherCore;

/// What a batcher is made from, but for the types.
struct BatcherBlueprint {
  std::string_view type;  ///< of the engine: what find() looks for
  const BatcherType& definition;
  bool weighs;  ///< the definition has `weigh`
  BatcherOptions options;
  std::unique_ptr<DefinitionFactory> factory;
};

/// Items on their way in, in a row in their sender's memory. Each place holds an object before and
/// after: the item, what is left of it once it has been moved in, or another that was given up for
/// it.
struct NewItems {
  std::byte* first;
  const std::size_t* weights;  ///< null: none is weighed
  std::size_t count;
  bool in_front = false;
  std::size_t done = 0;  ///< so many have been moved in, or given up
};

/// The untyped batcher: what Batcher is a typed shell over. Copies share the core.
class BatcherHandle {
 public:
  BatcherHandle() noexcept = default;
  explicit BatcherHandle(std::shared_ptr<BatcherCore> core) noexcept : core_(std::move(core)) {}

  static BatcherHandle start(const std::shared_ptr<RuntimeCore>& runtime,
                             BatcherBlueprint blueprint);
  static BatcherHandle attach(std::shared_ptr<EngineCore> core) noexcept;
  std::shared_ptr<EngineCore> core() const noexcept;

  void push(NewItems& items) const;
  /// Moves an item to raw memory. False: there is none at that index.
  bool pop_at(std::size_t index, void* to) const;
  void flush() const;
  bool drain(Duration deadline) const;
  std::size_t size() const;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for destructors: a wait that could never end is left
  BatcherStats stats() const;
  std::string_view name() const noexcept;

  /// Items are weighed.
  bool weighs() const noexcept;
  /// What the definition's weigh says of the item by `how`. Throws what that throws, and
  /// Error{stopped}.
  std::size_t weigh(Weigh* how, const void* item) const;
  /// They were lost on their way in or out.
  void report_lost(std::size_t items, std::string_view why) const noexcept;

 private:
  std::shared_ptr<BatcherCore> core_;
};

}  // namespace poolder::detail
