#include "text/word_table.hpp"

#include <functional>

namespace indexer::text {

void WordTable::count(std::string_view word) {
  const std::size_t hash = std::hash<std::string_view>{}(word);
  std::uint32_t& slot = find(word, hash);
  if (slot != free_slot) {
    ++entries_[slot - 1].times;
    return;
  }
  entries_.push_back({.hash = hash,
                      .offset = static_cast<std::uint32_t>(bytes_.size()),
                      .length = static_cast<std::uint32_t>(word.size()),
                      .times = 1});
  bytes_ += word;
  slot = static_cast<std::uint32_t>(entries_.size());
  if (entries_.size() * 2 > slots_.size()) grow();
}

// The word's slot, or the free one where it belongs. The table is never more than half full.
std::uint32_t& WordTable::find(std::string_view wanted, std::size_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    std::uint32_t& slot = slots_[at];
    if (slot == free_slot) return slot;
    const Entry& entry = entries_[slot - 1];
    if (entry.hash == hash && word(entry) == wanted) return slot;
  }
}

void WordTable::grow() {
  const std::size_t size = slots_.size() * 2;
  slots_.assign(size, free_slot);
  std::uint32_t number = 0;
  for (const Entry& entry : entries_) find(word(entry), entry.hash) = ++number;
}

void WordTable::clear() {
  if (slots_.size() > ordinary) *this = WordTable();
  slots_.assign(smallest, free_slot);
  entries_.clear();
  bytes_.clear();
}

}  // namespace indexer::text
