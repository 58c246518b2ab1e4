#include "text/excerpt.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "files/file_stream.hpp"
#include "text/gunzip.hpp"
#include "text/letters.hpp"
#include "text/utf8.hpp"

namespace indexer::text {
namespace {

constexpr std::size_t block_size = 128 * 1024;
constexpr std::size_t longest_line = 4096;  // what comes after it on a line is not looked at

// How many of the words stand in the line.
std::size_t words_in(std::string_view line, const std::vector<QueryWord>& words) {
  std::string folded(line);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char byte) {
    const char letter = fold(byte);
    return letter == 0 ? ' ' : letter;
  });
  folded = ' ' + folded + ' ';
  return static_cast<std::size_t>(
      std::count_if(words.begin(), words.end(), [&](const QueryWord& word) {
        return folded.find(' ' + word.text + (word.prefix ? "" : " ")) != std::string::npos;
      }));
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r\f\v";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return line.substr(0, line.find_last_not_of(blanks) + 1);
}

class Lines {
 public:
  Lines(const std::vector<QueryWord>& words, std::uint64_t limit) : words_(words), left_(limit) {}

  void add(std::string_view text) {
    text = text.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(text.size(), left_)));
    left_ -= text.size();
    for (const char byte : text) {
      if (byte == '\n') {
        end_line();
      } else if (line_.size() < longest_line) {
        line_ += byte;
      }
    }
  }

  [[nodiscard]] bool full() const { return left_ == 0; }

  Excerpt take() {
    end_line();
    return std::move(found_);
  }

 private:
  void end_line() {
    const std::size_t here = words_in(line_, words_);
    if (here > 0) ++found_.lines;
    if (here > most_) {
      most_ = here;
      found_.first = repaired(trimmed(line_));
    }
    line_.clear();
  }

  const std::vector<QueryWord>& words_;
  std::uint64_t left_;
  std::string line_{};
  std::size_t most_ = 0;
  Excerpt found_{};
};

}  // namespace

Excerpt find_excerpt(const std::string& path, const std::vector<QueryWord>& words,
                     std::uint64_t limit) {
  files::FileStream file(path);
  Lines lines(words, limit);
  Gunzip gunzip;
  std::vector<char> block(block_size);
  bool first = true;
  bool gzip = false;
  while (const std::size_t got = lines.full() ? 0 : file.read(block)) {
    const std::string_view bytes(block.data(), got);
    if (std::exchange(first, false)) gzip = looks_like_gzip(bytes);
    if (gzip) {
      gunzip.add(bytes, [&](std::string_view text) { lines.add(text); });
    } else {
      lines.add(bytes);
    }
  }
  return lines.take();
}

}  // namespace indexer::text
