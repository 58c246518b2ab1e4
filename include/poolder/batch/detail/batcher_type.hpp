#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <poolder/batch/batch.hpp>
#include <poolder/batch/detail/item_type.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/worker/outcome.hpp>

namespace poolder::detail {

/// What a batcher must know of its definition, one static table for each.
struct BatcherType {
  std::string_view item_name;
  const ItemType& item;
  void (*handle_batch)(void* definition, BatchItems& items);
  Recovery (*handle_error)(void* definition, BatchItems& items, const Failure& failure) = nullptr;
  void (*handle_dropped)(void* definition, BatchItems& items, const Failure& failure) = nullptr;
  void (*handle_hibernate)(void* definition) = nullptr;
};

/// A definition's weigh, where it needs the definition.
using Weigh = std::size_t(void* definition, const void* item);

/// Makes a definition's object from the arguments that its engine was given.
class DefinitionFactory {
 public:
  virtual ~DefinitionFactory() = default;
  virtual std::shared_ptr<void> make() const = 0;
};

template <class D, class... Args>
class DefinitionFactoryOf final : public DefinitionFactory {
 public:
  explicit DefinitionFactoryOf(Args... arguments) : arguments_(std::move(arguments)...) {}

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
struct NamesBatchHook {
  int handle_batch;
};
struct NamesBatchErrorHook {
  int handle_error;
};
struct NamesDroppedHook {
  int handle_dropped;
};
struct NamesBatchHibernateHook {
  int handle_hibernate;
};
struct NamesWeighHook {
  int weigh;
};
template <class D, class Named>
struct DefinitionAnd : D, Named {};
template <class D>
concept NoBatchHook = requires {
  &DefinitionAnd<D, NamesBatchHook>::handle_batch;
};
template <class D>
concept NoBatchErrorHook = requires {
  &DefinitionAnd<D, NamesBatchErrorHook>::handle_error;
};
template <class D>
concept NoDroppedHook = requires {
  &DefinitionAnd<D, NamesDroppedHook>::handle_dropped;
};
template <class D>
concept NoBatchHibernateHook = requires {
  &DefinitionAnd<D, NamesBatchHibernateHook>::handle_hibernate;
};
template <class D>
concept NoWeighHook = requires {
  &DefinitionAnd<D, NamesWeighHook>::weigh;
};
template <class D>
concept CanBeSearched = std::is_class_v<D> && !std::is_final_v<D>;

template <class D>
using BatchOf = Batch<typename D::Item>;

template <class D>
concept HandlesBatches = requires(D& definition, BatchOf<D>& batch) {
  { definition.handle_batch(batch) } -> std::same_as<void>;
};
template <class D>
concept AnswersBatchErrors = requires(D& definition, BatchOf<D>& batch, const Failure& failure) {
  { definition.handle_error(batch, failure) } -> std::same_as<Recovery>;
};
template <class D>
concept TakesDropped = requires(D& definition, BatchOf<D>& batch, const Failure& failure) {
  { definition.handle_dropped(batch, failure) } -> std::same_as<void>;
};
template <class D>
concept BatcherHibernates = requires(D& definition) {
  { definition.handle_hibernate() } -> std::same_as<void>;
};
template <class D>
concept WeighsAlone = requires(const typename D::Item& item) {
  { D::weigh(item) } -> std::convertible_to<std::size_t>;
};
template <class D>
concept Weighs = WeighsAlone<D> || requires(D& definition, const typename D::Item& item) {
  { definition.weigh(item) } -> std::convertible_to<std::size_t>;
};

template <class D>
constexpr bool check_definition() {
  static_assert(
      requires { typename D::Item; },
      "poolder: a batcher's definition says what it collects: `using Item = T;`");
  static_assert(std::is_object_v<typename D::Item> && !std::is_const_v<typename D::Item> &&
                    !std::is_array_v<typename D::Item>,
                "poolder: a batcher's Item is a value: no reference, not const, no array");
  static_assert(std::is_move_constructible_v<typename D::Item>,
                "poolder: a batcher's Item must be movable");
  static_assert(HandlesBatches<D>,
                "poolder: handle_batch must be `void handle_batch(poolder::Batch<Item>&)`");
  static_assert(!CanBeSearched<D> || NoBatchErrorHook<D> || AnswersBatchErrors<D>,
                "poolder: handle_error of a batcher must be `poolder::Recovery "
                "handle_error(poolder::Batch<Item>&, const poolder::Failure&)`");
  static_assert(!CanBeSearched<D> || NoDroppedHook<D> || TakesDropped<D>,
                "poolder: handle_dropped must be `void handle_dropped(poolder::Batch<Item>&, const "
                "poolder::Failure&)`");
  static_assert(!CanBeSearched<D> || NoBatchHibernateHook<D> || BatcherHibernates<D>,
                "poolder: handle_hibernate must be `void handle_hibernate()`");
  static_assert(!CanBeSearched<D> || NoWeighHook<D> || Weighs<D>,
                "poolder: weigh must be `std::size_t weigh(const Item&)`");
  return true;
}

template <class D>
void call_handle_batch(void* definition, BatchItems& items) {
  BatchOf<D> batch{items};
  static_cast<D*>(definition)->handle_batch(batch);
}
template <class D>
Recovery call_batch_error(void* definition, BatchItems& items, const Failure& failure) {
  BatchOf<D> batch{items};
  return static_cast<D*>(definition)->handle_error(batch, failure);
}
template <class D>
void call_handle_dropped(void* definition, BatchItems& items, const Failure& failure) {
  BatchOf<D> batch{items};
  static_cast<D*>(definition)->handle_dropped(batch, failure);
}
template <class D>
std::size_t call_weigh(void* definition, const void* item) {
  return static_cast<D*>(definition)->weigh(*static_cast<const typename D::Item*>(item));
}
template <class D>
void call_batcher_hibernate(void* definition) {
  static_cast<D*>(definition)->handle_hibernate();
}

template <class D>
constexpr BatcherType make_batcher_type() {
  using Item = typename D::Item;
  BatcherType type{type_name<Item>(), item_type<Item>, &call_handle_batch<D>};
  if constexpr (AnswersBatchErrors<D>) type.handle_error = &call_batch_error<D>;
  if constexpr (TakesDropped<D>) type.handle_dropped = &call_handle_dropped<D>;
  if constexpr (BatcherHibernates<D>) type.handle_hibernate = &call_batcher_hibernate<D>;
  return type;
}

template <class D>
inline constexpr BatcherType batcher_type = make_batcher_type<D>();

}  // namespace poolder::detail
