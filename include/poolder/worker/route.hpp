#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include <poolder/core/random.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// How a pool chooses a worker for a message that names none.
enum class Routing {
  round_robin,  ///< each slot in turn, exactly, from whatever thread
  random,       ///< any slot, evenly
  monotonic,    ///< by the clock: the nanosecond modulo the size
  hash,  ///< by the message's key: Worker::key(message), else std::hash; the same key, the same
         ///< slot
  broadcast,       ///< every slot gets a copy
  least_loaded,    ///< the slot with the least to do, a free one first and one that restarts last;
                   ///< of more than 64 the better of two that are drawn
  available,       ///< one queue for the pool: whoever is free next takes the oldest
  next_available,  ///< a slot that is free now; Error{no_worker} where there is none
};

/// Where one message goes. Converts from a Routing, a Pid, or a function of the pool's size that
/// returns an index.
class Route {
 public:
  Route(Routing routing) noexcept : kind_(Kind::routing), routing_(routing) {}
  /// The worker of that pid; Error{worker_down} once it has ended.
  Route(Pid worker) noexcept : kind_(Kind::pid), value_(worker.value()) {}
  /// Called in the sender; an index that is not below the size is Error{invalid_argument}.
  template <class F>
  requires std::invocable<F, std::size_t> Route(F choose)
      : kind_(Kind::choose), choose_(std::move(choose)) {}

  /// Whoever holds that slot when the message's turn comes.
  static Route index(std::size_t slot) noexcept { return {Kind::index, slot}; }

  /// By key; needs std::hash<Key>.
  template <class Key>
  static Route hash(const Key& key) {
    return {Kind::hash, detail::Random::mix(static_cast<std::uint64_t>(std::hash<Key>{}(key)))};
  }

  /// For poolder's engines.
  enum class Kind { routing, pid, index, hash, choose };
  Kind kind() const noexcept { return kind_; }
  Routing routing() const noexcept { return routing_; }
  std::uint64_t value() const noexcept { return value_; }
  std::size_t choose(std::size_t size) const { return choose_(size); }
  bool is(Routing routing) const noexcept { return kind_ == Kind::routing && routing_ == routing; }

 private:
  Route(Kind kind, std::uint64_t value) noexcept : kind_(kind), value_(value) {}

  Kind kind_;
  Routing routing_ = Routing::round_robin;
  std::uint64_t value_ = 0;
  std::function<std::size_t(std::size_t)> choose_;
};

}  // namespace poolder
