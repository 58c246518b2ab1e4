#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace indexer::text {

/// How often each word came: a hash table made for being filled and emptied once for every file.
/// The words lie one behind the other in one string, in the order they first came; the table itself
/// is open addressing with linear probing, and holds their numbers.
class WordTable {
 public:
  struct Entry {
    std::size_t hash;
    std::uint32_t offset;
    std::uint32_t length;
    std::uint32_t times;
  };

  WordTable() : slots_(smallest) {}

  void count(std::string_view word);

  /// The bytes of all the different words.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] std::string_view word(const Entry& entry) const {
    return {bytes_.data() + entry.offset, entry.length};
  }

  /// Empties it; what it needed beyond an ordinary file's memory is given back.
  void clear();

 private:
  static constexpr std::size_t smallest = 1U << 12U;  // a power of two, as every size is
  static constexpr std::size_t ordinary = 1U << 16U;
  static constexpr std::uint32_t free_slot = 0;  // else an entry's number, from 1

  std::uint32_t& find(std::string_view word, std::size_t hash);
  void grow();

  std::vector<std::uint32_t> slots_;
  std::vector<Entry> entries_{};
  std::string bytes_{};
};

}  // namespace indexer::text
