#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <poolder/batch/detail/batcher_handle.hpp>
#include <poolder/core/random.hpp>

#include "batch/batch_queue.hpp"
#include "runtime/alarm.hpp"
#include "runtime/engine.hpp"

namespace poolder::detail {

/// A batcher, but for the types.
///
/// Thread safety: public functions from any thread. What is said to be in the cell touches the
/// state and leaves in an Effects what is to be done outside of it.
///
/// Invariants.
/// 1. A lane is a turn on a scheduler thread that handles batch after batch while any is ready.
/// active_ counts them, at most max_concurrent_batches; starting_ those that have not looked yet.
/// 2. While a batch is ready and nobody has started for it, active_ is at its most.
/// 3. Somebody waits for room only while the queue has none.
/// 4. While anybody drains, what is collected is never all that is held: it is handed over then.
/// 5. definition_ lives until all is handled or given up; each handler holds it for itself, too.
class BatcherCore final : public Engine {
 public:
  /// Throws what the definition's constructor throws, Error{already_exists}, Error{stopped}.
  static std::shared_ptr<BatcherCore> start(std::shared_ptr<RuntimeCore> runtime,
                                            BatcherBlueprint blueprint);
  BatcherCore(std::shared_ptr<RuntimeCore> runtime, BatcherBlueprint blueprint);
  ~BatcherCore() override;

  /// `items` says how many have been moved in, also where it throws.
  void push(NewItems& items);
  bool pop_at(std::size_t index, void* to);
  void flush();
  bool drain(Duration deadline);
  std::size_t size() const;
  BatcherStats stats() const;
  EngineStats engine_stats() const override;
  /// Batches without items, whose memory is kept for the next ones.
  std::size_t spare_batches() const;

  bool weighs() const noexcept { return weighs_; }
  /// What `how` says of the item. Throws what it throws, and Error{stopped}.
  std::size_t weigh(Weigh* how, const void* item);
  void report_lost(std::size_t items, std::string_view why) noexcept;
  using Engine::report_hook;

  std::shared_ptr<void> shared_core() { return shared_from_this(); }

 private:
  class Lane;
  class LastWords;
  struct Weighing;
  enum class Outcome { done, stopped, full, waiting, would_deadlock, no_memory };

  /// Somebody who waits for room. Lies on the sender's stack until it is signalled or withdrawn.
  struct Blocked {
    NewItems& items;
    bool in_handler = false;  ///< of this batcher
    std::size_t in_hand = 0;  ///< items that this handler holds
    Outcome outcome = Outcome::waiting;
    WaitPoint room{};
    Blocked* next = nullptr;
  };

  /// What is to be done outside of the cell.
  struct Effects {
    Told told{};
    std::vector<WaitPoint*> admitted{};  ///< who waited for room
    std::size_t lanes = 0;               ///< to be started
    bool to_back = false;                ///< of the run queue, where others wait
    Generation generation = 0;
    Ticks flush_at = never, hibernate_at = never, rest_until = never;
    std::uint64_t resting = 0;  ///< the ticket of a batch in backoff
    HeldBatch* freed = nullptr;
    std::size_t given_up = 0;    ///< items of a batch that was to be tried again; to be reported
    std::size_t pushed_out = 0;  ///< items; too
  };

  /// What a lane does next, and what became of it.
  struct Task {
    enum class Kind { none, batch, hibernate, retire };
    enum class End { handled, again, rest, ignored, given_up };

    Kind kind = Kind::none;
    HeldBatch* batch = nullptr;
    std::shared_ptr<void> definition{};
    Generation generation = 0;
    std::uint64_t drawn = 0;  ///< for a backoff's jitter
    const Activation* activation = nullptr;
    End end = End::handled;
    Duration delay{0};
  };

  // ---- Engine
  bool is_idle() const noexcept override { return queue_.held() == 0 && handlers() == weighing_; }
  bool may_end() const noexcept override { return queue_.held() == 0 && !definition_; }
  void begin_stop() override;
  void give_up_rest() override;
  std::size_t ending() const noexcept override { return speaking_ ? 1 : 0; }
  void leave_handlers() noexcept override;
  void begin_again() override;
  void take_back() override;
  void has_restarted() override { arm_hibernation(); }

  // ---- in the cell
  Outcome take_in(Blocked& pushing, Effects& effects);
  Outcome wait_in_line(Blocked& pushing);
  void note_push(Effects& effects);
  void touched(Ticks now, Effects& effects);
  void admit(Effects& effects);
  bool retires() const noexcept;
  void prompt(Effects& effects);
  Task begin_lane(Generation generation, Effects& effects);
  Task next_task();
  Task end_task(Task& task, bool go_on, Effects& effects);
  void end_batch(Task& task, bool is_over, Effects& effects);
  void unlist(Blocked& blocked) noexcept;

  // ---- not in the cell
  void show_places();
  void carry_out(Effects& effects);
  void start_lane(Generation generation, bool to_back);
  void wait_for_room(Blocked& blocked);
  bool withdraw(Blocked& blocked);
  Ticks timeout_due();
  Ticks hibernation_due();
  void arm_hibernation();
  void backoff_over(std::uint64_t ticket, Generation generation);
  void end_weighing(Task& task);
  void speak(LastWords& words) noexcept;
  void hush(Generation generation);

  // ---- on a lane's thread
  void serve(Generation generation, Turn& turn);
  void run(Task& task);
  void attempt(Task& task);
  void attempt_failed(Task& task, BatchItems& items, const std::exception_ptr& error);
  void lay_out(HeldBatch*& batch, BatchItems& items) const;
  BatchItems lay_out_quietly(HeldBatch*& batch) const noexcept;
  Recovery recover(const Task& task, BatchItems& items, const Failure& failure);
  void tell_dropped(void* definition, BatchItems& items, const Failure& failure) noexcept;
  /// `unhandled`: nobody else knows of it.
  void report_given_up(std::size_t items, std::string_view why, bool unhandled = true) noexcept;
  void tell_batch(Event::Kind kind, std::size_t items, int attempt = 0, std::string_view what = {},
                  Duration delay = {}) const noexcept;

  static constexpr std::string_view stopped_first = "the batcher stopped before this was handled";

  const BatcherType& type_;
  const BatcherOptions options_;  // but for the name, which may not live as long
  const bool weighs_, hibernates_;
  const bool pushes_inside_;  // no clock is read for each push
  const std::unique_ptr<const DefinitionFactory> factory_;
  Alarm<BatcherCore> timeout_{*this, &BatcherCore::timeout_due};
  Alarm<BatcherCore> hibernation_{*this, &BatcherCore::hibernation_due};

  // In the cell.
  std::shared_ptr<void> definition_;
  BatchQueue queue_;
  Blocked* first_blocked_ = nullptr;
  Blocked* last_blocked_ = nullptr;
  Ticks deadline_ = never;  // of the batch that is being collected
  Ticks last_ = 0;          // when it was last seen at work; kept only where it hibernates
  std::size_t active_ = 0, starting_ = 0, draining_ = 0;
  std::size_t weighing_ = 0;                              // of the handlers; they take up no lane
  std::size_t blocked_handlers_ = 0, blocked_items_ = 0;  // that wait for room here; in their hands
  bool hibernate_due_ = false;
  bool gave_up_ = false;   // the shutdown time is over
  bool speaking_ = false;  // last words are under way, and not too long yet
  std::uint64_t push_outs_reported_ = 0;
  Random random_;
  std::uint64_t items_ = 0, batches_ = 0, failed_ = 0, retried_ = 0, dropped_ = 0;
};

}  // namespace poolder::detail
