#include "text/query.hpp"

#include <utility>

#include "text/letters.hpp"
#include "text/utf8.hpp"

namespace indexer::text {

std::vector<QueryWord> parse_query(std::string_view query) {
  std::vector<QueryWord> words;
  std::string word;
  const auto end_word = [&](bool prefix) {
    if (!word.empty()) words.push_back({repaired(word), prefix});
    word.clear();
  };
  for (const char byte : query) {
    const char letter = fold(byte);
    if (letter == 0) {
      end_word(byte == '*');
    } else {
      word += letter;
    }
  }
  end_word(false);
  return words;
}

// A folded word has no quote in it, so quoting needs no escape.
std::string match_expression(const std::vector<QueryWord>& words) {
  std::string expression;
  for (const QueryWord& word : words) {
    if (!expression.empty()) expression += ' ';
    expression += '"' + word.text + '"';
    if (word.prefix) expression += '*';
  }
  return expression;
}

}  // namespace indexer::text
