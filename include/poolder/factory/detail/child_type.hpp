#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include <poolder/worker/detail/dispatch.hpp>
#include <poolder/worker/detail/handled_jobs.hpp>
#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

/// Its address stands for M. Not const, so that no linker folds two of them. A type of which two
/// shared libraries have one each, hidden from one another, is two types here.
template <class M>
inline char message_identity = 0;

/// How one type of job becomes a message for one class of workers.
struct Delivery {
  const void* identity = nullptr;
  Message* (*make)(const void* job) = nullptr;
};

/// What a factory must know of a class of children, one static table for each.
struct ChildType {
  const WorkerType& worker;
  const Delivery* deliveries;
  std::size_t count;

  /// Null: a broadcast of that type passes this class over.
  const Delivery* delivery_of(const void* identity) const noexcept {
    for (std::size_t i = 0; i < count; ++i)
      if (deliveries[i].identity == identity) return &deliveries[i];
    return nullptr;
  }
};

template <class W, class M>
concept Broadcastable = requires {
  sizeof(M);
}
&&HandlesJob<W, M>&& std::copy_constructible<M>;

template <class W, class M>
Message* deliver(const void* job) {
  return make_job<W>(*static_cast<const M*>(job));
}

template <class W, class... M>
constexpr auto make_deliveries(Messages<M...>) {
  std::array<Delivery, (0 + ... + std::size_t{Broadcastable<W, M>})> deliveries{};
  [[maybe_unused]] std::size_t next = 0;
  [[maybe_unused]] const auto add = [&]<class Job>(std::type_identity<Job>) {
    if constexpr (Broadcastable<W, Job>)
      deliveries[next++] = {&message_identity<Job>, &deliver<W, Job>};
  };
  (add(std::type_identity<M>{}), ...);
  return deliveries;
}

template <class W>
inline constexpr auto deliveries = make_deliveries<W>(HandledJobs<W>{});

template <class W>
inline constexpr ChildType child_type{worker_type<W>, deliveries<W>.data(), deliveries<W>.size()};

}  // namespace poolder::detail
