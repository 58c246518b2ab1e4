#include "worker/slot.hpp"

#include "runtime/scheduler_thread.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

namespace {

constexpr std::uint64_t sample_every = 64;

}  // namespace

namespace {
thread_local const Owning* owned = nullptr;
}

Owning::Owning(Slot& slot, const Activation* inside) noexcept
    : slot_(slot), inside_(inside), outer_(owned) {
  owned = this;
}
Owning::~Owning() { owned = outer_; }
const Owning* Owning::innermost() noexcept { return owned; }

bool Owning::is_lost() const noexcept {
  for (const Activation* each = Activation::current(); each && each != inside_;
       each = each->outer())
    if (each->cell() == &slot_ && each->is_taken()) return true;
  return false;
}

Slot::Slot(SlotOwner& owner, std::size_t index, WorkerBox* worker)
    : Runnable(owner.worker_type().options.priority, owner.dedicated()),
      index_(static_cast<std::uint32_t>(index)),
      owner_(owner),
      box_(worker),
      pid_(worker->pid().value()),
      present_(worker->pid().value()) {
  const QueueOptions& queue = owner.queue_options();
  if (queue.capacity != unlimited || queue.order == QueueOrder::lifo)
    queue_ = std::make_unique<SlotQueue>(queue);
}

Slot::~Slot() {
  if (box_) box_->destroy();
}

void Slot::run(Turn& turn) noexcept {
  const Owning owning{*this};
  do {
    if ((control_.load(std::memory_order_acquire) & ~(paused | parked)) != 0 &&
        attend() == Step::gone)
      return;
    if (retired_ && owner_.wants(index_)) {
      resize();
      continue;
    }
    if (retired_) {
      leave_shared_to_others();
      forward();
      if (rest() == Step::gone) return;
      continue;
    }
    if (!box_) {
      leave_shared_to_others();
      if (renew() == Step::gone) return;
      continue;
    }
    Message* message = next_message(paused);
    if ((message ? handle(message) : wait_for_mail()) == Step::gone) return;
  } while (turn.may_go_on());
  // With nothing left to do it does not stand in a run queue: it is free.
  if (box_ && !has_work() && wait_for_mail() == Step::gone) return;
  owner_.runtime().schedule_last(*this);
}

// Its own come before those for whoever is free.
Message* Slot::next_message(std::uint32_t unless) noexcept {
  Message* own = next_of_its_own(unless);
  SharedQueue* shared = owner_.shared();
  if (!shared || shared->size() == 0) [[likely]]
    return own;
  if (!own && !retired_) {
    const auto [message, admitted] = shared->pop_unless(control_, unless);
    owner_.wake_free_workers(admitted);
    return message;
  }
  leave_shared_to_others();
  return own;
}

bool Slot::shares() const noexcept { return owner_.shared() && owner_.shared()->in_use(); }

// Messages wait that this slot will not come to for a while.
void Slot::leave_shared_to_others() noexcept {
  if (owner_.shared() && owner_.shared()->size() > 0) owner_.wake_a_free_worker();
}

// Null where control_ has one of the bits `unless`. They are looked at after the message: one that
// was sent after a pause() is seen no earlier than the pause.
Message* Slot::next_of_its_own(std::uint32_t unless) noexcept {
  if (!batch_) {
    const Mailbox::Mail mail = mail_.look();
    batch_ = mail.oldest;
    batch_length_.store(static_cast<std::uint32_t>(mail.length), std::memory_order_relaxed);
  }
  if ((control_.load(std::memory_order_acquire) & unless) != 0) return nullptr;
  if (!batch_) return queue_ ? queue_->pop_unless(control_, unless) : nullptr;
  Message* message = batch_;
  batch_ = message->next;
  if (batch_) __builtin_prefetch(batch_);
  batch_length_.store(batch_length_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  return message;
}

bool Slot::has_mail() noexcept {
  return batch_ || mail_.length() > 0 || (queue_ && !queue_->empty());
}

bool Slot::has_work() noexcept {
  return has_mail() || (owner_.shared() && owner_.shared()->size() > 0);
}

Slot::Step Slot::wait_for_mail() noexcept {
  const bool is_paused = (control_.load(std::memory_order_acquire) & paused) != 0;
  return batch_ || (is_paused && has_mail()) ? park(paused) : rest();
}

// Gives the baton up, unless something has come meanwhile.
Slot::Step Slot::rest() noexcept {
  if (owner_.worker_type().options.hibernate_after != infinity && box_) {
    if (!timer_ && !slept_) put_off(owner_.worker_type().options.hibernate_after);
    if (timer_ && timer_->idle_since == 0) timer_->idle_since = owner_.runtime().now();
  }
  const bool in_use = !retired_;
  if (!mail_.leave()) return Step::go_on;
  const std::uint32_t now = control_.load(std::memory_order_seq_cst);
  bool work = (now & ~(paused | parked)) != 0 || (queue_ && !queue_->empty());
  if (!work && in_use && shares())
    work = owner_.shared()->comes_to_rest(index_, (now & paused) == 0);
  if (work && mail_.enter_after_change()) return Step::go_on;
  if (owner_.anyone_drains()) owner_.slot_idle(index_);
  return Step::gone;
}

// Its call may have been cancelled, or it may have waited too long.
bool Slot::worth_running(Message& message) noexcept {
  if (message.queued_us != 0) {
    const auto now =
        static_cast<std::uint64_t>(owner_.runtime().now() / 1'000) & Message::time_mask;
    const std::uint64_t waited = (now - message.queued_us) & Message::time_mask;
    if (message.attempt == 0) owner_.waited().record(static_cast<std::int64_t>(waited) * 1'000);
    const Duration limit = owner_.queue_options().max_wait;
    if (limit != infinity && waited * 1'000 > static_cast<std::uint64_t>(limit.count())) {
      owner_.give_up_message(&message, ErrorCode::timeout,
                             "it waited in the queue for longer than max_wait");
      return false;
    }
  }
  const auto& type = static_cast<const WorkerMessageType&>(*message.type);
  if (!type.reply || type.reply(message)->start()) return true;
  free_message(&message);
  return false;
}

// The handler, and handle_error after it where it throws. False: the slot was taken meanwhile.
bool Slot::run_user_code(Message& message, int attempt, Next& next, Thrown& thrown,
                         std::optional<Recovery>& recovery) noexcept {
  const auto& type = static_cast<const WorkerMessageType&>(*message.type);
  const WorkerType& worker_type = owner_.worker_type();
  WorkerBox* box = box_;
  Context context{*box, box->pid(), index_, attempt};
  current_ = &message;
  Handler handler{this, &type, &box->loans(), owner_.runtime().recently()};
  if (activation_.load(std::memory_order_relaxed) != &handler.activation())
    activation_.store(&handler.activation(), std::memory_order_release);
  if (owner_.watch_sleeps()) [[unlikely]]
    owner_.wake_watch();
  try {
    type.run(box->worker(), message, context, next);
  } catch (const std::exception& known) {
    thrown = {std::current_exception(), known.what()};
  } catch (...) {
    thrown = {std::current_exception(), "unknown exception"};
  }
  if (thrown.error && !type.reply && worker_type.handle_error) {
    try {
      recovery = worker_type.handle_error(box->worker(), Failure{attempt, thrown.error});
    } catch (...) {
      // The policy decides, as if there were no handle_error.
      owner_.report_hook("handle_error", std::current_exception());
    }
  }
  return handler.end();
}

Slot::Step Slot::handle(Message* message) noexcept {
  if (!worth_running(*message)) return Step::go_on;
  const auto& type = static_cast<const WorkerMessageType&>(*message->type);
  WorkerBox* box = box_;
  const int attempt = static_cast<int>(++message->attempt);
  const bool sampled = processed() % sample_every == 0 || message->queued_us != 0;
  if (timer_) timer_->idle_since = 0;
  slept_ = false;
  const Ticks began = sampled ? owner_.runtime().now() : 0;

  Next next;
  Thrown thrown;
  std::optional<Recovery> recovery;
  if (!run_user_code(*message, attempt, next, thrown, recovery)) {
    was_taken(box, message);
    return Step::gone;
  }
  current_ = nullptr;

  if (sampled) owner_.ran().record(owner_.runtime().now() - began);
  if (!thrown.error) {
    succeeded(message, next);
  } else if (type.reply) {
    call_failed(message, std::move(thrown));
  } else {
    job_failed(message, thrown, recovery ? *recovery : by_policy(attempt));
  }
  return Step::go_on;
}

WorkerBox& Slot::begin_inline(const WorkerMessageType& type) noexcept {
  if (timer_) timer_->idle_since = 0;
  slept_ = false;
  WorkerBox& box = *box_;  // a kill may take it as soon as the activation has begun
  Activation& activation =
      Activation::begin(this, &type, &box.loans(), owner_.runtime().recently());
  if (activation_.load(std::memory_order_relaxed) != &activation)
    activation_.store(&activation, std::memory_order_release);
  if (owner_.watch_sleeps()) [[unlikely]]
    owner_.wake_watch();
  return box;
}

bool Slot::end_inline(WorkerBox& box, const std::exception_ptr& error) noexcept {
  // What follows may run the user's code.
  const Owning owning{*this, Activation::current()->outer()};
  const MessageType& type = *Activation::current()->task();
  if (!Handler::end(*Activation::current())) return was_taken(&box, nullptr), false;
  if (error) {
    count(failed_);
    owner_.failed({type.name, box.pid(), 1, describe(error)}, false);
    after_failure(describe(error));
  } else {
    processed_.store(processed() + 1, std::memory_order_relaxed);
  }
  hand_back();
  return true;
}

// After an inline run: what has come meanwhile is for the scheduler's threads.
void Slot::hand_back() noexcept {
  if (box_ && !batch_ && rest() == Step::gone) return;
  owner_.runtime().schedule(*this);
}

std::size_t Slot::queue_length() const noexcept {
  return static_cast<std::size_t>(mail_.length()) + batch_length_.load(std::memory_order_relaxed) +
         (queue_ ? queue_->size() : 0);
}

std::size_t Slot::load() const noexcept {
  if (present() == Pid{}) return unlimited;
  return is_idle() ? 0 : queue_length() + 1;
}

// Between two handlers it looks again: a slot that is always busy is never seen at rest.
Slot::AtWork Slot::at_work() const noexcept {
  for (int looks = 0; looks < 4; ++looks) {
    const Activation::Run run = present_run();
    if (!run) continue;
    const AtWork seen{run.activation->task(), run.activation->began()};
    if (present_run() == run) return seen;
  }
  return {};
}

Activation* Slot::activation() const noexcept {
  Activation* activation = activation_.load(std::memory_order_acquire);
  return activation && activation->runs(this) ? activation : nullptr;
}

}  // namespace poolder::detail
