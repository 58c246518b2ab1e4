#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <poolder/worker/concepts.hpp>
#include <poolder/worker/messages.hpp>

namespace poolder::detail {

// Which types the overloads of a worker's handle_job take.
//
// C++20 cannot list the overloads of a name, but it must look at each of them when one is called:
// for a call with an argument that converts to anything, the compiler finds for each overload the
// type to convert to. The conversion function's default template argument notes that type, as the
// return type of a friend function (a friend that is defined in a template's instantiation can be
// asked for by everybody after). What is noted depends on W alone, not on who asks or in which
// source file. It is how Boost.PFR finds the types of a struct's members ("the loophole", Polukhin
// 2018); the idea is Schödl's of 2015. CWG 2118 would like it gone, every compiler has it.

#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <class W, std::size_t N>
struct NotedAt {
  friend constexpr auto noted(NotedAt<W, N>);
};
#pragma GCC diagnostic pop

template <class W, std::size_t N, class T>
struct Note {
  friend constexpr auto noted(NotedAt<W, N>) { return std::type_identity<T>{}; }
};

template <class W>
struct Anything;

/// Notes T at the first free place from N on. Instantiated once for each T.
template <class W, class T, std::size_t N = 0>
constexpr std::size_t note() {
  if constexpr (std::is_same_v<T, Anything<W>>) {
    return N;  // a copy of itself
  } else if constexpr (requires(NotedAt<W, N> place) { noted(place); }) {
    return note<W, T, N + 1>();
  } else {
    static_assert(sizeof(Note<W, N, T>) > 0);
    return N;
  }
}

/// Converts to anything, and notes to what.
template <class W>
struct Anything {
  template <class T, std::size_t = note<W, std::remove_cvref_t<T>>()>
  operator T&() const;
  template <class T, std::size_t = note<W, std::remove_cvref_t<T>>()>
  operator T&&() const;
};

/// W with a better overload, so that none of W's own is chosen: a template's body is never
/// instantiated for Anything. A worker whose handle_job is private in part needs `Messages`.
template <class W>
struct Overheard : W {
  using W::handle_job;
  void handle_job(Anything<W>);
  void handle_job(Anything<W>, Context&);
};

struct NamesJobHandler {
  int handle_job;
};
template <class W>
struct WithJobHandler : W, NamesJobHandler {};
template <class W>
concept HasNoJobHandler = requires {
  &WithJobHandler<W>::handle_job;
};

template <class W>
concept HasJobMember = requires {
  requires std::is_member_object_pointer_v<decltype(&W::handle_job)>;
};

template <class W>
constexpr bool listen() {
  if constexpr (!std::is_class_v<W> || std::is_final_v<W> || HasJobMember<W>) {
    (void) requires(W & worker, Anything<W> any) { worker.handle_job(any); };
    (void) requires(W & worker, Anything<W> any, Context & context) {
      worker.handle_job(any, context);
    };
  } else if constexpr (!HasNoJobHandler<W>) {
    using Both = Overheard<W>;
    (void) requires(Both & worker, Anything<W> any) { worker.handle_job(any); };
    (void) requires(Both & worker, Anything<W> any, Context & context) {
      worker.handle_job(any, context);
    };
  }
  return true;
}

template <class W, class... M>
constexpr auto jobs_noted() {
  constexpr std::size_t next = sizeof...(M);
  if constexpr (requires(NotedAt<W, next> place) { noted(place); }) {
    return jobs_noted<W, M..., typename decltype(noted(NotedAt<W, next>{}))::type>();
  } else {
    return Messages<M...>{};
  }
}

template <class W>
concept NamesMessages = requires {
  typename W::Messages;
};

template <class W, class... M>
constexpr void check_messages(Messages<M...>) {
  static_assert((HandlesJob<W, M> && ...),
                "poolder: a worker's `Messages` names a type that it has no handle_job for");
  static_assert((std::copy_constructible<M> && ...),
                "poolder: a worker's `Messages` names a type that cannot be copied, so it cannot "
                "be broadcast");
}

template <class W>
constexpr auto find_handled_jobs() {
  if constexpr (NamesMessages<W>) {
    check_messages<W>(typename W::Messages{});
    return typename W::Messages{};
  } else {
    static_assert(listen<W>());  // before what it notes is asked for
    return jobs_noted<W>();
  }
}

/// The types of the jobs that a broadcast may bring to W, as Messages<...>; with what an overload
/// was only looked at for, which W may not handle.
template <class W>
using HandledJobs = decltype(find_handled_jobs<W>());

}  // namespace poolder::detail
