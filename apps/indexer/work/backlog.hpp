#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace indexer::work {

/// How many bytes each reader still has before it. A file goes to the reader with the fewest: a
/// reader that is busy with a huge one gets no more until the others have as much to do. Thread
/// safety: one thread adds, any may settle. Off by a file at most, which only costs balance.
class Backlog {
 public:
  explicit Backlog(std::size_t readers) : bytes_(readers) {}

  /// The reader with the least to do; it now has `bytes` more.
  std::size_t add(std::uint64_t bytes) {
    std::size_t lightest = 0;
    for (std::size_t i = 1; i < bytes_.size(); ++i) {
      if (left(i) < left(lightest)) lightest = i;
    }
    bytes_[lightest].fetch_add(bytes + per_file, std::memory_order_relaxed);
    return lightest;
  }

  /// The reader is through with a file of `bytes`.
  void settle(std::size_t reader, std::uint64_t bytes) {
    bytes_[reader].fetch_sub(bytes + per_file, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t left(std::size_t reader) const {
    return bytes_[reader].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t per_file =
      32 * 1024;  // opening a file costs about as much as reading this

  std::vector<std::atomic<std::uint64_t>> bytes_;
};

}  // namespace indexer::work
