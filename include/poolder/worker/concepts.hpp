#pragma once

#include <type_traits>
#include <utility>

#include <poolder/worker/context.hpp>

namespace poolder {

namespace detail {

template <class W, class M>
concept PlainJob = requires(W& worker, M message) {
  worker.handle_job(static_cast<M>(message));
};
template <class W, class M>
concept ContextJob = requires(W& worker, M message, Context& context) {
  worker.handle_job(static_cast<M>(message), context);
};
template <class W, class M>
concept AnyJob = PlainJob<W, M> || ContextJob<W, M>;

template <class W, class M>
concept PlainCall = requires(W& worker, M message) {
  worker.handle_call(static_cast<M>(message));
};
template <class W, class M>
concept ContextCall = requires(W& worker, M message, Context& context) {
  worker.handle_call(static_cast<M>(message), context);
};

/// What a message is kept as between the sender and the handler.
template <class M>
using Kept = std::decay_t<M>;

}  // namespace detail

/// W has a handle_job for M, with or without a Context& after it.
template <class W, class M>
concept HandlesJob =
    detail::AnyJob<W, detail::Kept<M> &&> || detail::AnyJob<W, const detail::Kept<M>&>;

/// W has a handle_call for M, with or without a Context& after it.
template <class W, class M>
concept HandlesCall =
    detail::PlainCall<W, detail::Kept<M> &&> || detail::ContextCall<W, detail::Kept<M>&&>;

/// The reply type of a request: what the worker's handle_call returns for it, always a value.
template <class W, class M>
struct ReplyOf {};
template <class W, class M>
requires detail::PlainCall<W, detail::Kept<M> &&> struct ReplyOf<W, M> {
  using type = decltype(std::declval<W&>().handle_call(std::declval<detail::Kept<M>&&>()));
};
template <class W, class M>
requires detail::ContextCall<W, detail::Kept<M> &&> &&
    (!detail::PlainCall<W, detail::Kept<M>&&>)struct ReplyOf<W, M> {
  using type = decltype(std::declval<W&>().handle_call(std::declval<detail::Kept<M>&&>(),
                                                       std::declval<Context&>()));
};
template <class W, class M>
using Reply = typename ReplyOf<W, M>::type;

}  // namespace poolder
