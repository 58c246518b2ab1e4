#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "record/problem.hpp"

namespace indexer::text {

/// Whether the data is gzip's, by its first two bytes.
constexpr bool looks_like_gzip(std::string_view beginning) {
  return beginning.starts_with("\x1f\x8b");
}

/// Unpacks a stream of gzip data, as `gzip -cd` does: several members are one text, zero bytes
/// after the last are padding. What comes before some damage is unpacked; then nothing more is.
/// Reusable after reset().
class Gunzip {
 public:
  using Sink = std::function<void(std::string_view unpacked)>;

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  void reset();

  /// Hands what `packed` unpacks to over to `sink`, piece by piece. A sink may call stop().
  void add(std::string_view packed, const Sink& sink);

  /// Nothing more is unpacked, and what is left counts as good.
  void stop() noexcept { state_ = State::stopped; }

  /// What was wrong with the data, once all of it was added.
  [[nodiscard]] std::optional<record::Problem> finish() const;

 private:
  enum class State { member, between, padding, damaged, garbage, stopped };
  struct Stream;

  void between_members();
  void inflate_some(const Sink& sink);
  [[nodiscard]] bool unpacking() const noexcept {
    return state_ == State::member || state_ == State::between;
  }

  std::unique_ptr<Stream> stream_;
  std::vector<char> unpacked_;
  State state_ = State::member;
};

}  // namespace indexer::text
