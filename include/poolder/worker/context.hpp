#pragma once

#include <cstddef>
#include <stop_token>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

namespace detail {

/// What a context asks of the engine that runs the worker.
class WorkerHost {
 public:
  virtual std::stop_token stop_token() = 0;
  /// Sleeps in the runtime's time, or until the token is requested.
  virtual void sleep(Duration span) = 0;

 protected:
  ~WorkerHost() = default;
};

}  // namespace detail

/// What a handler may ask for as its last parameter. Valid while that handler runs, on its thread.
class Context {
 public:
  Pid self() const noexcept { return self_; }
  /// The slot's place in the pool.
  std::size_t index() const noexcept { return index_; }
  /// Of this job, from 1.
  int attempt() const noexcept { return attempt_; }
  /// Requested when the worker is being killed or stopped.
  std::stop_token stop_token() const { return host_->stop_token(); }
  /// Sleeps in the runtime's time, virtual in simulation; ends early when the stop token is
  /// requested. Others use the thread meanwhile.
  void sleep(Duration span) { host_->sleep(span); }

  /// For poolder's engines.
  Context(detail::WorkerHost& host, Pid self, std::size_t index, int attempt) noexcept
      : host_(&host), self_(self), index_(index), attempt_(attempt) {}

 private:
  detail::WorkerHost* host_;
  Pid self_;
  std::size_t index_;
  int attempt_;
};

}  // namespace poolder
