#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include <poolder/lease/collections.hpp>

namespace poolder::detail {

/// A collection of a definition's, without its type.
template <class Handle>
class Ordering {
 public:
  virtual ~Ordering() = default;
  virtual void add(Handle handle) = 0;
  virtual std::optional<Handle> pop() = 0;
};

template <class C, class Handle>
class OrderingOf final : public Ordering<Handle> {
 public:
  void add(Handle handle) override { collection_.add(handle); }
  std::optional<Handle> pop() override { return collection_.pop(); }

 private:
  C collection_;
};

/// The pool keeps these two itself, without a collection.
enum class PlainOrder { newest_first, oldest_first, neither };

template <class C, class Handle>
constexpr PlainOrder plain_order() {
  if constexpr (std::same_as<C, Lifo<Handle>>) return PlainOrder::newest_first;
  if constexpr (std::same_as<C, Fifo<Handle>>) return PlainOrder::oldest_first;
  return PlainOrder::neither;
}

/// What a pool orders something by.
template <class Handle>
struct OrderType {
  PlainOrder plain = PlainOrder::neither;
  std::unique_ptr<Ordering<Handle>> (*make)() = nullptr;  ///< null where it is plain
};

template <class C, class Handle>
constexpr OrderType<Handle> order_type() {
  constexpr PlainOrder plain = plain_order<C, Handle>();
  if constexpr (plain == PlainOrder::neither) {
    return {plain, []() -> std::unique_ptr<Ordering<Handle>> {
              return std::make_unique<OrderingOf<C, Handle>>();
            }};
  } else {
    return {plain};
  }
}

}  // namespace poolder::detail
