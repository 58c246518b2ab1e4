#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include <poolder/core/random.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/worker/callbacks.hpp>
#include <poolder/worker/concepts.hpp>
#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

// ---------------------------------------------------------------- keys

template <class W, class M>
concept HasKey = requires(const M& message) {
  std::hash<std::decay_t<decltype(W::key(message))>>{}(W::key(message));
};
template <class M>
concept HasHash = requires(const M& message) {
  { std::hash<M>{}(message) } -> std::convertible_to<std::size_t>;
};

/// Spreads a hash: std::hash of an integer is the integer itself.
inline std::uint64_t spread(std::size_t hash) noexcept {
  return Random::mix(static_cast<std::uint64_t>(hash));
}

/// The key of a message for Routing::hash: Worker::key, else std::hash. Only where one of them
/// exists.
template <class W, class M>
std::uint64_t key_of(const M& message) {
  if constexpr (HasKey<W, M>) {
    return spread(std::hash<std::decay_t<decltype(W::key(message))>>{}(W::key(message)));
  } else {
    return spread(std::hash<M>{}(message));
  }
}
template <class W, class M>
inline constexpr bool has_key = HasKey<W, M> || HasHash<M>;

// ---------------------------------------------------------------- jobs

template <class W, class M>
decltype(auto) invoke_job(W& worker, M&& message, Context& context) {
  if constexpr (ContextJob<W, M&&>) {
    return worker.handle_job(std::forward<M>(message), context);
  } else {
    return worker.handle_job(std::forward<M>(message));
  }
}

template <class T>
inline constexpr bool is_emit = false;
template <FixedString Name, class... A>
inline constexpr bool is_emit<Emit<Name, A...>> = true;

/// Turns what a handler returned into what the engine does next.
template <class W, class F>
void take_outcome(F&& invoke, Next& next) {
  using Returned = std::decay_t<decltype(invoke())>;
  static_assert(std::is_void_v<Returned> || std::is_same_v<Returned, Next> || is_emit<Returned>,
                "poolder: handle_job must return void, poolder::Next, or what "
                "poolder::emit<\"name\">(...) returns");
  if constexpr (std::is_void_v<Returned>) {
    invoke();
  } else if constexpr (std::is_same_v<Returned, Next>) {
    next = invoke();
  } else if constexpr (is_emit<Returned>) {
    call_back<W>(invoke());
  }
}

template <class W, class M>
void run_job(void* worker, Message& message, Context& context, Next& next) {
  constexpr bool retries = worker_options<W>().retry.max_attempts > 1;
  constexpr bool keeps = AnyJob<W, const M&>;
  static_assert(!retries || keeps,
                "poolder: this worker retries (max_attempts > 1), so the message must stay as it "
                "is for the next attempt: "
                "handle_job must take it by const reference or by value, not by M&&");
  auto& self = *static_cast<W*>(worker);
  M& payload = Payload<M>::get(message);
  if constexpr (retries && keeps) {
    take_outcome<W>(
        [&]() -> decltype(auto) { return invoke_job(self, std::as_const(payload), context); },
        next);
  } else {
    take_outcome<W>(
        [&]() -> decltype(auto) { return invoke_job(self, std::move(payload), context); }, next);
  }
}

template <class W, class M>
constexpr WorkerMessageType make_job_type() {
  WorkerMessageType type{{type_name<M>(), &Payload<M>::destroy}, &run_job<W, M>, nullptr, nullptr};
  if constexpr (has_key<W, M>)
    type.key = [](const Message& message) {
      return key_of<W, M>(Payload<M>::get(const_cast<Message&>(message)));
    };
  if constexpr (std::copy_constructible<M>)
    type.copy = [](const Message& message) {
      return make_message<M>(*message.type, Payload<M>::get(const_cast<Message&>(message)));
    };
  return type;
}
template <class W, class M>
inline constexpr WorkerMessageType job_type = make_job_type<W, M>();

/// A job on its way to a W.
template <class W, class M>
[[nodiscard]] Message* make_job(M&& job) {
  return make_message<Kept<M>>(job_type<W, Kept<M>>, std::forward<M>(job));
}

// ---------------------------------------------------------------- calls

template <class M, class R>
struct Request {
  Answer<R> answer;
  M message;
};

template <class W, class M>
decltype(auto) invoke_call(W& worker, M&& message, Context& context) {
  if constexpr (PlainCall<W, M&&>) {
    return worker.handle_call(std::forward<M>(message));
  } else {
    return worker.handle_call(std::forward<M>(message), context);
  }
}

template <class M, class R>
ReplyBase* reply_of(Message& message) noexcept {
  return &*Payload<Request<M, R>>::get(message).answer;
}

template <class W, class M, class R>
void run_call(void* worker, Message& message, Context& context, Next&) {
  auto& request = Payload<Request<M, R>>::get(message);
  request.answer->answer_with([&]() -> R {
    return invoke_call(*static_cast<W*>(worker), std::move(request.message), context);
  });
}

template <class W, class M, class R>
constexpr WorkerMessageType make_call_type() {
  using P = Payload<Request<M, R>>;
  WorkerMessageType type{
      {type_name<M>(), &P::destroy}, &run_call<W, M, R>, &reply_of<M, R>, nullptr};
  if constexpr (has_key<W, M>)
    type.key = [](const Message& message) {
      return key_of<W, M>(P::get(const_cast<Message&>(message)).message);
    };
  return type;
}
template <class W, class M, class R>
inline constexpr WorkerMessageType call_type = make_call_type<W, M, R>();

/// What the answer of a handle_call comes through.
template <class R>
[[nodiscard]] ReplyPtr<R> make_reply() {
  static_assert(!std::is_reference_v<R>,
                "poolder: handle_call must return a value, not a reference: the worker may be "
                "gone when the caller reads it");
  return ReplyPtr<R>{new PendingReply<R>};
}

/// A request on its way to a W.
template <class W, class R, class M>
[[nodiscard]] Message* make_call(PendingReply<R>& reply, M&& request) {
  return make_message<Request<Kept<M>, R>>(call_type<W, Kept<M>, R>, Answer<R>{reply},
                                           std::forward<M>(request));
}

// ---------------------------------------------------------------- functions that have the worker
// to themselves

template <class W, class F, class R>
void run_function(void* worker, Message& message, Context&, Next&) {
  auto& request = Payload<Request<F, R>>::get(message);
  request.answer->answer_with(
      [&]() -> R { return std::invoke(std::move(request.message), *static_cast<W*>(worker)); });
}

template <class W, class F, class R>
inline constexpr WorkerMessageType function_type{
    {"run", &Payload<Request<F, R>>::destroy}, &run_function<W, F, R>, &reply_of<F, R>, nullptr};

}  // namespace poolder::detail
