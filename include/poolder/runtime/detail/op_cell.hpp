#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace poolder::detail {

/// The cell of an engine's own state: short operations, one at a time, never user code.
///
/// Whoever finds the cell idle runs its operation at once, on its own thread, for one
/// compare-exchange in and one out. Whoever finds it busy leaves the operation to the holder and
/// waits for it (flat combining: Hendler, Incze, Shavit, Tzafrir, 2010); the holder serves a
/// bounded number for others, then hands the cell to one that waits.
///
/// Thread safety: enter() from any thread, but never from inside an operation of the same cell. An
/// operation may run on another thread than the caller's: it asks for nothing that is the thread's
/// own. Operations do not throw.
///
/// Invariants.
/// 1. head_ is idle (nobody holds the cell), empty (held, nobody waits), or the newest operation
/// that waits.
/// 2. An operation lies on its caller's stack until its state is `done`, or `holder`: from then on
/// nobody else touches it.
///
/// Pairs. leave's release with enter's acquire; post's release with serve's acquire; the release of
/// `done` and `holder` with the acquire in wait().
class OpCell {
 public:
  /// Runs f() with the cell to itself and returns what it returns.
  template <class F>
  auto enter(F&& f) -> std::invoke_result_t<F&> {
    using R = std::invoke_result_t<F&>;
    static_assert(!std::is_reference_v<R>, "an operation returns a value");
    if (try_enter()) {
      const Leave leave{*this};
      return f();
    }
    if constexpr (std::is_void_v<R>) {
      struct Posted : Operation {
        F& function;
        explicit Posted(F& given) : Operation(&run_it), function(given) {}
        static void run_it(Operation& self) { static_cast<Posted&>(self).function(); }
      } posted{f};
      wait_for(posted);
    } else {
      struct Posted : Operation {
        F& function;
        std::optional<R> result;
        explicit Posted(F& given) : Operation(&run_it), function(given) {}
        static void run_it(Operation& self) {
          auto& mine = static_cast<Posted&>(self);
          mine.result.emplace(mine.function());
        }
      } posted{f};
      wait_for(posted);
      return std::move(*posted.result);
    }
  }

 private:
  struct Operation {
    explicit Operation(void (*function)(Operation&)) : run(function) {}
    void (*run)(Operation&);
    Operation* next = nullptr;
    std::atomic<int> state{waiting};
  };
  enum : int { waiting, asleep, done, holder };

  struct Leave {
    OpCell& cell;
    ~Leave() { cell.leave(); }
  };

  bool try_enter() noexcept {
    Operation* expected = idle();
    return head_.load(std::memory_order_relaxed) == expected &&
           head_.compare_exchange_strong(expected, nullptr, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }
  void leave() noexcept {
    Operation* expected = nullptr;
    if (!head_.compare_exchange_strong(expected, idle(), std::memory_order_release,
                                       std::memory_order_relaxed))
      serve();
  }

  void wait_for(Operation& mine);  // posts it, or takes the cell that has become idle meanwhile
  void serve() noexcept;           // the holder: runs what waits, then leaves or hands over
  static void finish(Operation& operation, int state) noexcept;
  static void wait(Operation& operation) noexcept;

  Operation* idle() const noexcept {
    return reinterpret_cast<Operation*>(const_cast<OpCell*>(this));
  }

  std::atomic<Operation*> head_{idle()};
  Operation* batch_ = nullptr;  // taken, not yet run; the holder's
};

}  // namespace poolder::detail
