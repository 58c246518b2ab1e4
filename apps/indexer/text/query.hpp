#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace indexer::text {

struct QueryWord {
  std::string text;     // folded as the words of the files are, see letters.hpp
  bool prefix = false;  // a `*` followed: any word that begins so
  bool operator==(const QueryWord&) const = default;
};

/// The words that are looked for, in the order they came. Nothing in a query is an operator but the
/// `*`.
std::vector<QueryWord> parse_query(std::string_view query);

/// The FTS5 expression for the files that have all the words, in any order. Empty for no words.
std::string match_expression(const std::vector<QueryWord>& words);

}  // namespace indexer::text
