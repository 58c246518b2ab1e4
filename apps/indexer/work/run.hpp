#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "work/backlog.hpp"
#include "work/options.hpp"

namespace indexer::work {

/// What the workers of one build share: its options, and how far it has got. The workers hold it by
/// shared_ptr, so that one that is stuck in a read when the build is cut short can end whenever it
/// likes. Thread safety: the numbers may be read and added to from anywhere.
class Run {
 public:
  explicit Run(BuildOptions what) : options(std::move(what)), backlog(options.readers) {}

  const BuildOptions options;

  std::atomic<std::uint64_t> counted_files{
      0};  // by the walk that runs ahead to know the size of the tree
  std::atomic<std::uint64_t> counted_bytes{0};
  std::atomic<bool> counted{false};           // it got to its end
  std::atomic<std::uint64_t> found_files{0};  // by the walk that feeds the readers
  std::atomic<bool> found{false};
  std::atomic<std::uint64_t> read_bytes{0};  // as they are read: a huge file moves the progress too
  std::atomic<std::uint64_t> done_files{0};  // in the index
  std::atomic<std::uint64_t> problems{0};

  Backlog backlog;

  /// From now on every worker lets fall what it has and what it gets.
  void cut_short() { cut_short_.request_stop(); }
  [[nodiscard]] bool is_cut_short() const { return cut_short_.stop_requested(); }
  [[nodiscard]] std::stop_token cut_short_token() const { return cut_short_.get_token(); }

  /// The build cannot go on. The first reason given is the one that is kept.
  void fail(std::string why) {
    if (failing_.exchange(true)) return;
    failure_ = std::move(why);
    failed_.store(true, std::memory_order_release);
  }
  [[nodiscard]] bool has_failed() const { return failed_.load(std::memory_order_acquire); }
  /// Only where has_failed().
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  std::stop_source cut_short_{};
  std::atomic<bool> failing_{false};
  std::atomic<bool> failed_{false};  // released after failure_ was written
  std::string failure_;
};

}  // namespace indexer::work
