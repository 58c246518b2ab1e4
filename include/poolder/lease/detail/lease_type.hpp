#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <poolder/core/type_name.hpp>
#include <poolder/lease/collections.hpp>
#include <poolder/lease/detail/ordering.hpp>

namespace poolder::detail {

/// What a lease pool must know of its definition, one static table for each.
struct LeaseType {
  std::string_view resource_name;
  std::size_t size, alignment;
  void (*create)(void* definition, void* at);
  void (*destroy)(void* resource) noexcept;
  bool (*healthy)(void* definition, void* resource) = nullptr;
  void (*reset)(void* definition, void* resource) = nullptr;
  void (*discard)(void* definition, void* resource) = nullptr;
  OrderType<ResourceHandle> idle{}, busy{};  ///< busy: of no use unless it is a collection
  OrderType<WaiterHandle> waiting{};
};

/// Makes a lease pool's definition from the arguments that the pool was given.
class LeaseDefinitionFactory {
 public:
  virtual ~LeaseDefinitionFactory() = default;
  virtual std::shared_ptr<void> make() const = 0;
};

template <class D, class... Args>
class LeaseDefinitionFactoryOf final : public LeaseDefinitionFactory {
 public:
  explicit LeaseDefinitionFactoryOf(Args... arguments) : arguments_(std::move(arguments)...) {}

  std::shared_ptr<void> make() const override {
    return std::apply(
        [](const Args&... each) -> std::shared_ptr<D> {
          if constexpr (std::is_constructible_v<D, const Args&...>) {
            return std::make_shared<D>(each...);
          } else {
            return std::shared_ptr<D>(new D{each...});
          }
        },
        arguments_);
  }

 private:
  std::tuple<Args...> arguments_;
};

// Whether D has a member of that name at all, whatever its signature: naming it through a class
// that has one itself is ambiguous then.
struct NamesCreateHook {
  int create;
};
struct NamesHealthyHook {
  int healthy;
};
struct NamesResetHook {
  int reset;
};
struct NamesDiscardHook {
  int discard;
};
template <class D, class Named>
struct LeaseDefinitionAnd : D, Named {};
template <class D>
concept NoCreateHook = requires {
  &LeaseDefinitionAnd<D, NamesCreateHook>::create;
};
template <class D>
concept NoHealthyHook = requires {
  &LeaseDefinitionAnd<D, NamesHealthyHook>::healthy;
};
template <class D>
concept NoResetHook = requires {
  &LeaseDefinitionAnd<D, NamesResetHook>::reset;
};
template <class D>
concept NoDiscardHook = requires {
  &LeaseDefinitionAnd<D, NamesDiscardHook>::discard;
};
template <class D>
concept LeaseDefinitionCanBeSearched = std::is_class_v<D> && !std::is_final_v<D>;

template <class D>
concept Creates = requires(D& definition) {
  { definition.create() } -> std::same_as<typename D::Resource>;
};
template <class D>
concept ChecksHealth = requires(D& definition, typename D::Resource& resource) {
  { definition.healthy(resource) } -> std::convertible_to<bool>;
};
template <class D>
concept Resets = requires(D& definition, typename D::Resource& resource) {
  { definition.reset(resource) } -> std::same_as<void>;
};
template <class D>
concept Discards = requires(D& definition, typename D::Resource& resource) {
  { definition.discard(resource) } -> std::same_as<void>;
};

template <class D>
struct IdleOf {
  using type = Lifo<ResourceHandle>;
};
template <class D>
requires requires { typename D::template Idle<ResourceHandle>; }
struct IdleOf<D> {
  using type = typename D::template Idle<ResourceHandle>;
};
template <class D>
struct BusyOf {
  using type = Fifo<ResourceHandle>;
};
template <class D>
requires requires { typename D::template Busy<ResourceHandle>; }
struct BusyOf<D> {
  using type = typename D::template Busy<ResourceHandle>;
};
template <class D>
struct WaitingOf {
  using type = Fifo<WaiterHandle>;
};
template <class D>
requires requires { typename D::template Waiting<WaiterHandle>; }
struct WaitingOf<D> {
  using type = typename D::template Waiting<WaiterHandle>;
};

template <class D>
constexpr bool check_lease_definition() {
  static_assert(
      requires { typename D::Resource; },
      "poolder: a lease pool's definition says what it lends: `using Resource = R;`");
  using R = typename D::Resource;
  static_assert(std::is_object_v<R> && !std::is_const_v<R> && !std::is_array_v<R>,
                "poolder: a lease pool's Resource is a value: no reference, not const, no array");
  static_assert(std::is_nothrow_destructible_v<R>,
                "poolder: a lease pool's Resource must not throw when it is destroyed");
  static_assert(!LeaseDefinitionCanBeSearched<D> || NoCreateHook<D> || Creates<D>,
                "poolder: create must be `Resource create()`");
  static_assert(Creates<D> || std::is_default_constructible_v<R>,
                "poolder: a lease pool's definition needs `Resource create()`, for its Resource "
                "cannot be made from nothing");
  static_assert(!LeaseDefinitionCanBeSearched<D> || NoHealthyHook<D> || ChecksHealth<D>,
                "poolder: healthy must be `bool healthy(Resource&)`");
  static_assert(!LeaseDefinitionCanBeSearched<D> || NoResetHook<D> || Resets<D>,
                "poolder: reset must be `void reset(Resource&)`");
  static_assert(!LeaseDefinitionCanBeSearched<D> || NoDiscardHook<D> || Discards<D>,
                "poolder: discard must be `void discard(Resource&)`");
  static_assert(Collection<typename IdleOf<D>::type, ResourceHandle>,
                "poolder: Idle must be a Collection: add(T), std::optional<T> pop(), empty() and "
                "size()");
  static_assert(Collection<typename BusyOf<D>::type, ResourceHandle>,
                "poolder: Busy must be a Collection: add(T), std::optional<T> pop(), empty() and "
                "size()");
  static_assert(Collection<typename WaitingOf<D>::type, WaiterHandle>,
                "poolder: Waiting must be a Collection: add(T), std::optional<T> pop(), empty() "
                "and size()");
  return true;
}

template <class D>
void call_create(void* definition, void* at) {
  using R = typename D::Resource;
  if constexpr (Creates<D>) {
    ::new (at) R(static_cast<D*>(definition)->create());
  } else {
    ::new (at) R();
  }
}
template <class R>
void call_destroy(void* resource) noexcept {
  static_cast<R*>(resource)->~R();
}
template <class D>
bool call_healthy(void* definition, void* resource) {
  return static_cast<D*>(definition)->healthy(*static_cast<typename D::Resource*>(resource));
}
template <class D>
void call_reset(void* definition, void* resource) {
  static_cast<D*>(definition)->reset(*static_cast<typename D::Resource*>(resource));
}
template <class D>
void call_discard(void* definition, void* resource) {
  static_cast<D*>(definition)->discard(*static_cast<typename D::Resource*>(resource));
}

template <class D>
constexpr LeaseType make_lease_type() {
  using R = typename D::Resource;
  LeaseType type{type_name<R>(), sizeof(R), alignof(R), &call_create<D>, &call_destroy<R>};
  if constexpr (ChecksHealth<D>) type.healthy = &call_healthy<D>;
  if constexpr (Resets<D>) type.reset = &call_reset<D>;
  if constexpr (Discards<D>) type.discard = &call_discard<D>;
  type.idle = order_type<typename IdleOf<D>::type, ResourceHandle>();
  type.busy = order_type<typename BusyOf<D>::type, ResourceHandle>();
  type.waiting = order_type<typename WaitingOf<D>::type, WaiterHandle>();
  return type;
}

template <class D>
inline constexpr LeaseType lease_type = make_lease_type<D>();

}  // namespace poolder::detail
