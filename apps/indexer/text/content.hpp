#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "record/kind.hpp"
#include "record/phases.hpp"
#include "record/problem.hpp"
#include "text/gunzip.hpp"
#include "text/words.hpp"

namespace indexer::text {

/// Finds out what a file holds and takes its words, block by block: memory does not grow with the
/// file. Reusable: begin() starts on the next file.
class Content {
 public:
  /// A zero byte within so many bytes (after unpacking) makes a binary.
  static constexpr std::size_t examined = 8192;

  /// Words are taken from the first `limit` bytes of (unpacked) text.
  explicit Content(std::uint64_t limit) : limit_(limit) {}

  /// Where a stop is asked for, what comes is let fall: a small block may unpack to a thousand
  /// times its size.
  void begin(std::stop_token stop = {});

  /// The next bytes of the file; the first block must have all of a file of less than two bytes.
  void add(std::string_view block, record::Stopwatch& watch);

  struct Found {
    record::Kind kind = record::Kind::empty;
    std::string words{};
    std::vector<record::Problem> problems{};
  };

  /// What the file was, after its last block.
  Found finish();

 private:
  void add_unpacked(std::string_view text);
  bool turns_out_binary(std::string_view text);
  [[nodiscard]] bool done() const noexcept { return binary_ || cut_; }
  [[nodiscard]] record::Kind kind() const noexcept;

  std::uint64_t limit_;
  Gunzip gunzip_{};
  Words words_{};
  std::stop_token stop_{};
  bool begun_ = false;  // the first block has come
  bool gzip_ = false;
  bool binary_ = false;
  bool cut_ = false;  // the limit was reached
  std::uint64_t taken_ = 0;
};

}  // namespace indexer::text
