#include <thread>

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"

namespace poolder::detail {

namespace {

/// The slot of a key: when the pool grows by one, one key in (size + 1) moves, and all of them to
/// the new slot (Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014).
std::size_t jump_hash(std::uint64_t key, std::size_t size) noexcept {
  std::int64_t chosen = -1, next = 0;
  while (next < static_cast<std::int64_t>(size)) {
    chosen = next;
    key = key * 2862933555777941757u + 1;
    next = static_cast<std::int64_t>(
        static_cast<double>(chosen + 1) *
        (static_cast<double>(1LL << 31) / static_cast<double>((key >> 33) + 1)));
  }
  return static_cast<std::size_t>(chosen);
}

std::uint64_t draw(RuntimeCore& runtime) {
  if (Random* choices = runtime.choices()) return choices->next();
  static std::atomic<std::uint64_t> seeds{static_cast<std::uint64_t>(runtime.now())};
  thread_local Random random{
      Random::mix(seeds.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed))};
  return random.next();
}

}  // namespace

// Every slot in turn, exactly: one counter for all senders.
Slot& PoolCore::in_turn() {
  const std::size_t now = size();
  if (now == 1) return slots_[0];
  const std::uint64_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
  const bool small = ((turn | now) >> 32) == 0;  // a 32-bit division costs a third
  return slots_[small ? static_cast<std::uint32_t>(turn) % static_cast<std::uint32_t>(now)
                      : turn % now];
}

std::uint64_t Keyed::key() const {
  if (!type_.key)
    fail(ErrorCode::invalid_argument,
         "Routing::hash needs Worker::key(const M&) or std::hash<M> for messages of type " +
             std::string(type_.name));
  return message_ ? type_.key(*message_) : *key_;
}

Slot& PoolCore::by_routing(Routing routing, const Keyed& keyed) {
  const std::size_t now = size();
  switch (routing) {
    case Routing::round_robin:
      break;
    case Routing::random:
      return slots_[draw(*runtime_) % now];
    case Routing::monotonic:
      return slots_[static_cast<std::uint64_t>(runtime_->now()) % now];
    case Routing::hash:
      return slots_[jump_hash(keyed.key(), now)];
    case Routing::broadcast:
      fail(ErrorCode::invalid_argument, "a call goes to one worker; it cannot be broadcast");
    case Routing::least_loaded:
      return least_loaded();
    case Routing::available:
    case Routing::next_available:
      break;  // not of one slot: see available.cpp
  }
  return in_turn();
}

// Of many, the better of two (Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing", 2001).
Slot& PoolCore::least_loaded() {
  constexpr std::size_t few = 64;
  const std::size_t now = size();
  if (now <= few) return least_loaded_of_all(now);
  begin_sharing();
  for (std::size_t free = shared_queue_.take_free(); free != SharedQueue::nobody;
       free = shared_queue_.take_free())
    if (free < now && slots_[free].load() == 0) return slots_[free];
  for (int tries = 0; tries < 8; ++tries) {
    Slot& one = slots_[draw(*runtime_) % now];
    Slot& other = slots_[draw(*runtime_) % now];
    Slot& better = other.load() < one.load() ? other : one;
    if (better.load() != unlimited) return better;
  }
  return least_loaded_of_all(now);  // most of them are without a worker
}

Slot& PoolCore::least_loaded_of_all(std::size_t now) {
  const std::size_t first = draw(*runtime_) % now;
  Slot* least = nullptr;
  std::size_t least_load = 0;
  for (std::size_t i = 0; i < now; ++i) {
    Slot& slot = slots_[(first + i) % now];
    const std::size_t load = slot.load();
    if (load == 0) return slot;
    if (!least || load < least_load) {
      least = &slot;
      least_load = load;
    }
  }
  return *least;
}

Slot& PoolCore::choose(const Route& route, const Keyed& keyed) {
  const std::size_t now = size();
  switch (route.kind()) {
    case Route::Kind::routing:
      break;
    case Route::Kind::pid:
      if (Slot* slot = find(Pid::from(route.value()))) return *slot;
      fail(ErrorCode::worker_down,
           "the worker that the route names has ended, or never was in this pool");
    case Route::Kind::hash:
      return slots_[jump_hash(route.value(), now)];
    case Route::Kind::index:
    case Route::Kind::choose: {
      const std::size_t index =
          route.kind() == Route::Kind::index ? route.value() : route.choose(now);
      if (index < now) return slots_[index];
      fail(ErrorCode::invalid_argument, "the route's index is " + std::to_string(index) +
                                            ", and the pool's size " + std::to_string(now));
    }
  }
  return by_routing(route.routing(), keyed);
}

Slot* PoolCore::find(Pid pid) const noexcept {
  const auto index = static_cast<std::size_t>(pid.index());
  if (index >= size()) return nullptr;
  Slot& slot = slots_[index];
  return slot.pid() == pid && !slot.mail().is_closed() ? &slot : nullptr;
}

}  // namespace poolder::detail
