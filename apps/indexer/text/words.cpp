#include "text/words.hpp"

#include <algorithm>

#include "text/letters.hpp"
#include "text/utf8.hpp"

namespace indexer::text {
namespace {

constexpr std::size_t longest_character = 4;  // bytes of UTF-8

bool is_beyond_ascii(char byte) { return static_cast<unsigned char>(byte) >= 0x80; }

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

bool is_ascii(std::string_view word) {
  return std::none_of(word.begin(), word.end(), is_beyond_ascii);
}

// Where the word can be cut: before its last character, which may not be whole, if that is beyond
// ASCII.
std::size_t last_boundary(std::string_view word) {
  const std::size_t least = word.size() - longest_character;
  std::size_t cut = word.size();
  while (cut > least && continues_character(word[cut - 1])) --cut;
  return cut > least && is_beyond_ascii(word[cut - 1]) ? cut - 1 : cut;
}

}  // namespace

void Words::add(std::string_view block) {
  while (!block.empty()) {
    block.remove_prefix(extend(block));
    if (block.empty()) return;
    if (fold(block.front()) != 0) {
      cut_word();
    } else {
      end_word();
      block.remove_prefix(1);
    }
  }
}

// Takes the letters that the block begins with, as long as there is room.
std::size_t Words::extend(std::string_view block) {
  const std::size_t room = std::min(block.size(), word_.size() - length_);
  char* const end = word_.data() + length_;
  std::size_t taken = 0;
  for (; taken < room; ++taken) {
    const char letter = fold(block[taken]);
    if (letter == 0) break;
    end[taken] = letter;
  }
  length_ += taken;
  return taken;
}

void Words::end_word() {
  const std::string_view word(word_.data(), length_);
  if (length_ > 0 && room() && !(cut_ && is_ascii(word))) table_.count(word);
  length_ = 0;
  cut_ = false;
}

// Text without ASCII spaces (Chinese, say) is one long run: it is cut between two characters, and
// SQLite's tokenizer finds its words. A long run of ASCII alone is encoded data, and no word.
void Words::cut_word() {
  const std::string_view word(word_.data(), length_);
  if (is_ascii(word)) {
    length_ = 0;
  } else {
    const std::string rest(word.substr(last_boundary(word)));
    length_ -= rest.size();
    end_word();
    std::copy(rest.begin(), rest.end(), word_.begin());
    length_ = rest.size();
  }
  cut_ = true;
}

Words::Taken Words::take() {
  end_word();
  Taken taken;
  for (const WordTable::Entry& entry : table_.entries()) {
    const std::string_view raw = table_.word(entry);
    if (is_ascii(raw)) {
      append(taken.text, raw, entry.times);
    } else {
      const std::string word = repaired(raw);
      if (word != raw) ++taken.latin1;
      append(taken.text, word, entry.times);
    }
  }
  clear();
  return taken;
}

// Once at least; more often only while there is room.
void Words::append(std::string& text, std::string_view word, std::uint32_t times) {
  for (std::uint32_t i = 0; i < std::min(times, most_repeats); ++i) {
    if (i > 0 && text.size() + word.size() >= most_bytes) return;
    text += word;
    text += ' ';
  }
}

void Words::clear() {
  table_.clear();
  length_ = 0;
  cut_ = false;
}

}  // namespace indexer::text
