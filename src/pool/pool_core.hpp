#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <poolder/core/histogram.hpp>
#include <poolder/core/random.hpp>
#include <poolder/pool/detail/pool_handle.hpp>
#include <poolder/pool/events.hpp>
#include <poolder/worker/restart_window.hpp>

#include "pool/overrun_watch.hpp"
#include "pool/slot_table.hpp"
#include "runtime/listeners.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

class HomeThread;

/// Where Routing::hash finds a key, should it be asked for one: in a message, or given.
class Keyed {
 public:
  explicit Keyed(const Message& message) noexcept
      : type_(static_cast<const WorkerMessageType&>(*message.type)), message_(&message) {}
  Keyed(const WorkerMessageType& type, const std::uint64_t* key) noexcept
      : type_(type), key_(key) {}

  /// Throws Error{invalid_argument} where the type has none.
  std::uint64_t key() const;

 private:
  const WorkerMessageType& type_;
  const Message* message_ = nullptr;
  const std::uint64_t* key_ = nullptr;
};

/// A pool's core: its slots, and a cell for what concerns them all. It lives until the pool has
/// stopped and nobody refers to it.
///
/// Thread safety: all public functions from any thread. What is below `cell_` is touched only in
/// it.
class PoolCore final : public EngineCore,
                       public SlotOwner,
                       public std::enable_shared_from_this<PoolCore> {
 public:
  static std::shared_ptr<PoolCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                         PoolBlueprint blueprint);
  PoolCore(std::shared_ptr<RuntimeCore> runtime, PoolBlueprint blueprint);
  ~PoolCore() override;

  // EngineCore
  std::string_view kind() const noexcept override { return "Pool"; }
  std::string_view type() const noexcept override { return type_; }
  std::string_view name() const noexcept override { return name_; }
  bool owns(Pid pid) const noexcept override;
  EngineStats engine_stats() const override;
  void stop() override;
  void stop_now() override;
  void restart() override;
  bool runs_here() const noexcept override;

  const std::shared_ptr<RuntimeCore>& shared_runtime() const noexcept { return runtime_; }
  const PoolOptions& options() const noexcept { return options_; }

  // routing.cpp
  std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }
  Slot& in_turn();
  Slot& choose(const Route& route, const Keyed& keyed);
  Slot& choose(const Route* route, const Keyed& keyed) {
    return route ? choose(*route, keyed) : by_routing(options_.routing, keyed);
  }
  Slot* find(Pid pid) const noexcept;
  Slot& by_routing(Routing routing, const Keyed& keyed);
  /// By which routing a message goes; nothing: the route names a slot.
  std::optional<Routing> routing_of(const Route* route) const noexcept {
    if (!route) return options_.routing;
    if (route->kind() != Route::Kind::routing) return std::nullopt;
    return route->routing();
  }

  // available.cpp: for whoever is free
  /// A worker that is free, and its baton the caller's; null: there is none.
  /// Without `patience`, one that is about to come to rest counts as busy.
  Slot* take_free_worker(bool patience = true);
  void wake_a_free_worker() noexcept override;

  // sending.cpp: a route of null is the pool's own
  void cast(Unsent& message, const Route* route);
  bool try_cast(Unsent& message);
  /// Waits for the reply. `chosen`: the slot, where that has been settled.
  void call(Unsent& message, ReplyBase& reply, const CallOptions& options, Slot* chosen);
  /// Throws what the route refuses.
  void request(Unsent& message, ReplyBase& reply, const CallOptions& options);
  /// A request to that slot, in use or not; what it refuses is stored in the reply. True: its queue
  /// is full, and `blocked` listed there, until Slot::end_offer().
  bool offer_at(std::size_t index, Message* message, ReplyBase& reply, SlotQueue::Blocked& blocked);
  /// Waits for the reply of that slot. False: the deadline has passed.
  bool wait_for(std::size_t index, ReplyBase& reply, Ticks deadline);
  Ticks deadline_of(const CallOptions& options) const;
  void cast_all(Message** messages, std::size_t count);
  std::size_t broadcast(Message* (*copy)(const void*), const void* job, bool may_wait);
  void check_open() const;
  bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  void check_thread() const {
    if (simulated_) runtime_->check_thread();
  }

  // SlotOwner
  void log(const std::string& line) noexcept override;
  const EngineCore* engine() const noexcept override { return this; }
  const WorkerFactory& arguments_of(const Slot&) const noexcept override { return *factory_; }
  Duration retry_delay(int attempt) override;
  bool admit_restart() override;
  void fail_for_good(std::string why) override;
  void handler_abandoned(Pid worker) override;
  void abandoned_ended(Pid worker) override;
  void begin_stop(ExitReason reason) override;
  ExitReason closing_reason(const Slot& slot) const override;
  Refusal refusal(const Slot& slot) const noexcept override;
  void slot_closed(Slot& slot) override;
  void slot_idle(std::size_t index) override;
  std::shared_ptr<SlotOwner> keep(const Slot&) override { return shared_from_this(); }
  bool wants(std::size_t index) const noexcept override { return index < size(); }
  WorkerBox* take_arrival(std::size_t index) override;
  void requeue_elsewhere(Message* message) noexcept override;

  // sizing.cpp
  Pid worker(std::size_t index) const;
  std::vector<Pid> workers() const;
  Pid start_worker();
  void stop_worker();
  void resize(std::size_t size);
  void kill(Pid pid);
  void pause();
  void resume();

  // events.cpp
  Subscription on(PoolEvents events) const;

  // homes.cpp
  void run_at_home(Slot& slot) noexcept override;

  bool drain(Duration deadline);
  PoolStats stats() const;

  // for who watches
  std::size_t slots() const noexcept { return slots_.count(); }
  Slot& slot(std::size_t index) const noexcept { return slots_[index]; }
  void wake_watch() noexcept override { watch_.wake(); }
  Subscription on_overrun(std::function<void(const Overrun&)> callback) {
    return watch_.on_overrun(std::move(callback));
  }
  void warn(const Overrun& report) noexcept;

 private:
  void hear_init_start() noexcept override;
  void hear_created(Pid worker) noexcept override;
  void hear_died(Pid worker, const ExitReason& reason) noexcept override;
  bool all_is_told(Ticks deadline) const;

  enum class Phase { running, closing, stopping, finishing, stopped };
  /// One life, from a start to the end after it.
  using Generation = std::uint32_t;
  struct Ending {
    Generation generation;  ///< the life that ends, or has ended
    bool is_mine;           ///< by this call
  };
  /// In place of a slot's index, for who drains: whichever comes to rest next.
  static constexpr std::size_t any_slot = unlimited - 1;
  struct Drainer {
    std::size_t index;
    WaitPoint* point;
  };
  /// Of handlers of this pool, for room in the shared queue.
  struct RoomWait {
    SharedQueue::Blocked* blocked;
    std::vector<std::size_t> slots;  ///< whose handlers wait
    bool hopeless = false;           ///< from the beginning
    bool refused = false;            ///< since the pool shrank
  };

  std::shared_ptr<HomeThread> home_of(std::size_t index);
  std::shared_ptr<HomeThread> make_home(std::size_t index);
  void leave_home(std::size_t index) noexcept;
  WorkerBox* create_at_home(std::size_t index);
  void destroy_at_home(WorkerBox* box, const ExitReason& reason) noexcept;
  Slot* take_listed();
  Slot* take_unlisted(bool& settling);
  static Slot* take(Slot& slot);
  Slot& least_loaded();
  Slot& least_loaded_of_all(std::size_t now);
  void begin_sharing();
  void close_sharing();
  std::size_t broadcast_copies(const Message& message, bool may_wait);
  void share(Unsent& message, Ticks deadline);
  bool try_share(Unsent& message);
  void share_call(Unsent& message, ReplyBase& reply, const CallOptions& options, Ticks deadline);
  void share_request(Unsent& message, ReplyBase& reply, const CallOptions& options, Ticks deadline);
  bool withdraw(Message& message, ReplyBase& reply, std::exception_ptr error);
  Ticks worker_by(const CallOptions& options, Ticks deadline) const;
  Slot& choose_for(Unsent& message, const Route* route, Slot* chosen = nullptr);
  /// Its baton is the caller's. Throws Error{no_worker} where none is free.
  Slot& free_worker(bool patience = true);
  bool push_shared(Message* message, SharedQueue::Blocked* blocked);
  void wait_for_shared_room(SharedQueue::Blocked& blocked, Ticks deadline);
  bool all_wait_for_room() const;
  void refuse_room_if_all_wait();
  std::optional<Pid> change_size(std::size_t from, std::size_t to);
  void hurry(std::size_t first, std::vector<Pid> going);
  void look_again_after_kill(Slot& slot, Pid victim);
  std::vector<WorkerBox*> construct(std::size_t first, std::size_t count);
  void open(std::vector<WorkerBox*> boxes);
  void initialise();
  std::optional<Pid> set_size(std::size_t from, std::size_t to, std::vector<WorkerBox*>& boxes);
  void check_dynamic() const;
  Ending end_life(ExitReason reason);
  void withdraw_stopper(WaitPoint& point);
  void close_unused();
  void request_stops(Generation generation);
  bool finish_if_all_closed();
  std::vector<const Slot*> owned_here() const;
  std::vector<Activation::Run> killed_here() const;
  bool waits_for_caller() const noexcept;
  void leave_out_killed_here();
  void abandon_rest(Generation generation);
  std::vector<Pid> workers_present() const;
  void reopen(const std::vector<WorkerBox*>& boxes);
  std::optional<std::size_t> first_busy() const;
  bool is_busy(std::size_t index) const;
  std::uint64_t runs() const;
  bool wait_for_idle(std::size_t index, Ticks deadline);

  const std::shared_ptr<RuntimeCore> runtime_;
  const std::string_view type_;
  const std::string name_;
  PoolOptions options_;  // its name refers to name_
  const bool simulated_;
  std::unique_ptr<WorkerFactory> factory_;
  void (*const handle_init_)(const PoolHandle&);  // null: there is none

  const Listeners<PoolEvents> listeners_;
  PoolEvents (*const definitions_events_)();  // null: there are none
  Subscription definitions_own_;

  std::atomic<bool> closed_{false};  // takes no more work
  std::atomic<std::size_t> size_{0};
  SlotTable slots_;
  alignas(64) std::atomic<std::uint64_t> turn_{0};

  mutable OpCell cell_;
  Phase phase_ = Phase::running;
  Generation generation_ = 0;
  ExitReason reason_;
  bool pausing_ = false;
  std::size_t open_ = 0;                      // slots that have not closed
  std::vector<const Slot*> inside_;           // whose handlers are in stop()
  std::map<Pid, Activation::Run> abandoned_;  // whose handlers were killed and have not ended
  bool grace_is_over_ = false;                // the shutdown time has passed
  int stops_requested_ = 0;
  std::thread::id closer_;  // who is in begin_stop: what it destroys may call stop()
  RestartWindow window_;
  Random random_;
  std::vector<WaitPoint*> stop_waiters_;
  std::vector<WaitPoint*> inside_waiters_;
  std::vector<Drainer> idle_waiters_;
  std::shared_ptr<PoolCore> self_;              // while a slot is open
  std::map<std::size_t, WorkerBox*> arrivals_;  // workers for slots that come back into use
  std::vector<RoomWait*> room_waits_;           // in the order they came

  OpCell homes_cell_;
  std::vector<std::shared_ptr<HomeThread>> homes_;  // of dedicated slots; null: none at present

  SharedQueue shared_queue_;
  OverrunWatch watch_;
};

}  // namespace poolder::detail
