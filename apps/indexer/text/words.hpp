#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/word_table.hpp"

namespace indexer::text {

/// Collects the different words of a text that comes in blocks. Reusable: take() empties it.
class Words {
 public:
  /// Longer runs of ASCII are no words (encoded data); longer runs of other bytes are cut.
  static constexpr std::size_t longest = 1024;
  /// How many bytes of different words one file may have, and how long take()'s answer gets.
  static constexpr std::size_t most_bytes = 2U << 20U;
  /// So often at most does a word stand in take()'s answer: enough for its rank.
  static constexpr std::uint32_t most_repeats = 4;

  void add(std::string_view block);

  /// False once most_bytes are reached: words that were not seen before are left out from there.
  [[nodiscard]] bool room() const noexcept { return table_.bytes() < most_bytes; }

  struct Taken {
    std::string text;        // UTF-8, each word as often as it came, divided by spaces
    std::size_t latin1 = 0;  // how many different words were not UTF-8 and were read as Latin-1
  };

  /// Ends the text and hands over its words.
  Taken take();

  /// Forgets everything.
  void clear();

 private:
  std::size_t extend(std::string_view block);
  void end_word();
  void cut_word();
  static void append(std::string& text, std::string_view word, std::uint32_t times);

  WordTable table_;
  std::array<char, longest> word_{};  // the word that has begun, folded
  std::size_t length_ = 0;
  bool cut_ = false;  // this is what is left of a longer run
};

}  // namespace indexer::text
