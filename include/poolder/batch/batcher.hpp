#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>

#include <poolder/batch/batch.hpp>
#include <poolder/batch/detail/batcher_handle.hpp>
#include <poolder/batch/detail/batcher_type.hpp>
#include <poolder/batch/options.hpp>
#include <poolder/batch/stats.hpp>
#include <poolder/core/error.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/runtime/ref.hpp>
#include <poolder/runtime/runtime.hpp>

namespace poolder {

/// Collects items and hands them over in batches. A batch is handed over when it has `limit` items
/// or `max_weight`, `timeout` after its first item, and by flush(); then it is handled on a
/// scheduler thread. An item heavier than `max_weight` makes a batch of its own.
///
/// A definition D has `using Item = T;`, `static constexpr poolder::BatcherOptions options{...};`
/// and `void handle_batch(poolder::Batch<T>&)`. It may have
///   std::size_t weigh(const T&)                        for max_weight: runs in the thread that
///                                                      pushes, beside handlers
///   Recovery handle_error(Batch<T>&, const Failure&)   asked after each failed attempt; without
///                                                      it the retry policy decides
///   void handle_dropped(Batch<T>&, const Failure&)     told of each batch that is given up
///   void handle_hibernate()
/// None of these but weigh runs beside another unless max_concurrent_batches is above 1.
///
/// A batch that fails is tried again with the same items in the same order. With
/// max_concurrent_batches = 1 batches are handled in the order they filled, one in backoff holding
/// up those behind it; else others go on meanwhile. After the last attempt it is given up: its
/// items are counted as dropped, and handle_dropped is told; but not of a batch that fails after
/// the batcher's shutdown time, nor where all handlers are stuck then: those are reported on
/// stderr.
///
/// A full queue (BatcherOptions::queue): with OnFull::block who pushes waits for room; what is
/// collected is handed over then if nothing else would ever make room. With reject push throws
/// Error{queue_full}. With drop_oldest the first of the batches that wait gives an item up, or,
/// where all are being handled, the new one is; these are counted and reported, not told to
/// handle_dropped.
///
/// Every function may be called from any thread, and at any moment; push, push_all, push_front,
/// pop_at and flush throw Error{stopped} once the batcher stops. Items that are no plain_item are
/// moved and destroyed only where Item's code may do what it likes, this batcher's functions
/// included.
template <class D>
class Batcher {
 public:
  static_assert(detail::check_definition<D>());
  using Item = typename D::Item;

  /// Makes the definition's object from `args`. Throws what its constructor throws,
  /// Error{already_exists} where the name is taken, Error{stopped} where the runtime has ended.
  template <class... Args>
  explicit Batcher(Runtime& runtime, Args... args)
      : Batcher(Checked{}, runtime, detail::batcher_options<D>(), std::move(args)...) {
    static_assert(detail::Weighs<D> || !detail::has_max_weight<D>(),
                  "poolder: BatcherOptions.max_weight is set, but the definition has no "
                  "`std::size_t weigh(const Item&)`");
  }
  /// As above, and Error{invalid_argument} for options that break a rule.
  template <class... Args>
  Batcher(Runtime& runtime, BatcherOptions options, Args... args)
      : Batcher(Checked{}, runtime, (detail::check(options), options), std::move(args)...) {}
  /// stop()
  ~Batcher() {
    if (owner_) handle_.stop_quietly();
  }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  /// Adds an item at the back. Waits only where the queue is full and OnFull::block. Throws what
  /// `weigh` and Item's move constructor throw, Error{queue_full} with OnFull::reject,
  /// Error{would_deadlock} where a handler would wait for itself; the item is not added then.
  void push(Item item) { add(std::move(item), false); }
  /// Adds each in turn; cheaper than one by one where they lie in memory, else each at once. What
  /// came before a throw is added, or, where that fails too, counted as dropped and reported.
  template <std::ranges::input_range R>
  void push_all(R&& items) {
    // What a range makes as it goes may wait for what came before.
    constexpr bool at_hand =
        std::ranges::forward_range<R> && std::is_reference_v<std::ranges::range_reference_t<R>>;
    // A view's elements are somebody else's; only a container that is given away is moved from.
    constexpr bool may_move =
        !std::is_lvalue_reference_v<R> && !std::ranges::view<R> && !std::ranges::borrowed_range<R>;
    Row row{*this};
    try {
      for (auto&& each : items) {
        if constexpr (may_move) {
          row.add(std::move(each));
        } else {
          row.add(each);
        }
        if constexpr (!at_hand) row.send();
      }
    } catch (...) {
      row.send_or_report();
      throw;
    }
    row.send();
  }
  /// Adds an item in front of all that are not yet handed over; otherwise as push. One that does
  /// not fit by its weight is handed over by itself, before them.
  void push_front(Item item) { add(std::move(item), true); }
  /// Takes an item out, counted from the front of the queue (where the oldest is, also with
  /// BatchOrder::lifo), from 0. Nothing where there is none at that index. Throws what Item's move
  /// constructor throws; the item is lost then, and counted as dropped.
  std::optional<Item> pop_at(std::size_t index) {
    alignas(Kept) std::byte place[sizeof(Kept)];
    if (!handle_.pop_at(index, place)) return std::nullopt;
    struct Popped {
      Kept& kept;
      ~Popped() { std::destroy_at(&kept); }
    } const popped{*std::launder(reinterpret_cast<Kept*>(place))};
    if constexpr (boxed) {
      try {
        return std::optional<Item>(std::move(*popped.kept));
      } catch (...) {
        handle_.report_lost(1, "moving it out threw");
        throw;
      }
    } else {
      return std::optional<Item>(std::move(popped.kept));
    }
  }
  /// Hands over what is there, without waiting; nothing where nothing is there.
  void flush() { handle_.flush(); }
  /// Hands over what is there, and waits for a moment at which all is handled; what is pushed
  /// meanwhile is handed over too. False: the deadline passed. Throws Error{would_deadlock} inside
  /// one of this batcher's handlers.
  bool drain(Duration deadline) { return handle_.drain(deadline); }
  /// Items not yet handed over.
  std::size_t size() const { return handle_.size(); }
  /// Takes no more items, hands over what is there, and waits up to BatcherOptions::shutdown until
  /// all is handled, backoffs included; what is left then is given up. As long again, a second at
  /// least, it waits until handle_dropped is told of that and the definition is destroyed; what has
  /// not returned by then, or a weigh, is left to itself. May be called again, by any thread; each
  /// call returns when the batcher has stopped. Inside one of this batcher's handlers it does not
  /// wait for that handler.
  void stop() { handle_.stop(); }

  /// Of a stopped batcher too.
  BatcherStats stats() const { return handle_.stats(); }
  /// As given in the options; lives as long as this object.
  std::string_view name() const noexcept { return handle_.name(); }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return handle_.core(); }
  /// For Ref.
  Batcher(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : handle_(detail::BatcherHandle::attach(std::move(core))), owner_(false) {}

 private:
  struct Checked {};
  using Kept = detail::KeptItem<Item>;
  static constexpr bool boxed = detail::boxes_item<Item>;

  template <class... Args>
  Batcher(Checked, Runtime& runtime, BatcherOptions options, Args... args)
      : handle_(detail::BatcherHandle::start(
            runtime.core(),
            {detail::type_name<Batcher>(), detail::batcher_type<D>, detail::Weighs<D>, options,
             std::make_unique<detail::DefinitionFactoryOf<D, Args...>>(std::move(args)...)})) {}

  std::size_t weight_of(const Item& item) const {
    if constexpr (detail::WeighsAlone<D>) {
      return D::weigh(item);
    } else if constexpr (detail::Weighs<D>) {
      return handle_.weigh(&detail::call_weigh<D>, std::addressof(item));
    } else {
      return 0;
    }
  }

  void add(Item&& item, bool in_front) {
    const bool weighs = detail::Weighs<D> && handle_.weighs();
    [[maybe_unused]] const std::size_t weight = weighs ? weight_of(item) : 0;
    const auto push = [&](Kept& kept) {
      detail::NewItems items{reinterpret_cast<std::byte*>(std::addressof(kept)),
                             weighs ? &weight : nullptr, 1, in_front};
      handle_.push(items);
    };
    if constexpr (boxed) {
      Kept kept = std::make_unique<Item>(std::move(item));
      push(kept);
    } else {
      push(item);
    }
  }

  /// Items on their way into push_all, some at a time.
  class Row {
   public:
    explicit Row(Batcher& batcher) noexcept
        : batcher_(batcher), weighs_(batcher.handle_.weighs()) {}
    ~Row() { clear(); }
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;

    template <class T>
    void add(T&& item) {
      if constexpr (boxed) {
        ::new (place()) Kept(std::make_unique<Item>(std::forward<T>(item)));
      } else {
        ::new (place()) Kept(std::forward<T>(item));
      }
      ++filled_;
      if (weighs_) weigh_last();
      if (filled_ == most) send();
    }
    void send() {
      if (filled_ == 0) return;
      const Clear clear{*this};
      detail::NewItems items{places_, weighs_ ? weights_ : nullptr, filled_};
      batcher_.handle_.push(items);
    }
    /// Another exception is under way already.
    void send_or_report() noexcept {
      const Clear clear{*this};
      detail::NewItems items{places_, weighs_ ? weights_ : nullptr, filled_};
      try {
        if (filled_ > 0) batcher_.handle_.push(items);
      } catch (...) {
        batcher_.handle_.report_lost(items.count - items.done,
                                     detail::describe(std::current_exception()));
      }
    }

   private:
    struct Clear {
      Row& row;
      ~Clear() { row.clear(); }
    };

    static constexpr std::size_t most = std::clamp<std::size_t>(4'096 / sizeof(Kept), 1, 64);

    void* place() noexcept { return places_ + filled_ * sizeof(Kept); }
    void clear() noexcept {
      std::destroy_n(std::launder(reinterpret_cast<Kept*>(places_)), std::exchange(filled_, 0));
    }
    void weigh_last() {
      Kept& last = *std::launder(reinterpret_cast<Kept*>(places_) + filled_ - 1);
      try {
        if constexpr (boxed) {
          weights_[filled_ - 1] = batcher_.weight_of(*last);
        } else {
          weights_[filled_ - 1] = batcher_.weight_of(last);
        }
      } catch (...) {
        std::destroy_at(&last);
        --filled_;
        throw;
      }
    }

    Batcher& batcher_;
    const bool weighs_;
    std::size_t filled_ = 0;
    std::size_t weights_[most];
    alignas(Kept) std::byte places_[most * sizeof(Kept)];
  };

  detail::BatcherHandle handle_;
  bool owner_ = true;
};

}  // namespace poolder
