#pragma once

#include <array>
#include <cstddef>

namespace indexer::text {

/// For each byte: 0 where it divides words, else the byte that stands for it in a word.
/// Letters, digits and `_` make words, as in grep -w; ASCII letters are folded to lower case. Every
/// byte beyond ASCII is kept: SQLite's tokenizer knows which of those characters are letters.
constexpr std::array<char, 256> make_folds() {
  std::array<char, 256> folds{};
  for (std::size_t byte = 0; byte < folds.size(); ++byte) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    const bool digit = byte >= '0' && byte <= '9';
    if (upper) folds[byte] = static_cast<char>(byte - 'A' + 'a');
    if (lower || digit || byte == '_' || byte >= 0x80) folds[byte] = static_cast<char>(byte);
  }
  return folds;
}

inline constexpr std::array<char, 256> folds = make_folds();

constexpr char fold(char byte) { return folds[static_cast<unsigned char>(byte)]; }

}  // namespace indexer::text
