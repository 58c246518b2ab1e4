#include "command/search.hpp"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "command/exit_code.hpp"
#include "files/file_error.hpp"
#include "store/index_reader.hpp"
#include "terminal/format.hpp"
#include "text/excerpt.hpp"
#include "text/query.hpp"

namespace indexer::command {
namespace {

constexpr std::size_t usual_limit = 10;
constexpr std::uint64_t excerpt_limit = 16U << 20U;
constexpr std::size_t excerpt_length = 100;

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += word + ' ';
  return all;
}

void warn_if_incomplete(store::IndexReader& index, const std::string& name) {
  const store::Meta meta = index.meta();
  if (meta.complete()) return;
  fmt::print(stderr, "poolder-index: {} is not complete ({}): it has {} of {}{} files\n", name,
             meta.state, meta.files_done, meta.found_all ? "" : "at least ", meta.files_found);
}

void print_names(const std::vector<store::Match>& matches, bool end_with_zero) {
  for (const store::Match& match : matches) {
    std::fwrite(match.path.data(), 1, match.path.size(), stdout);
    std::fputc(end_with_zero ? '\0' : '\n', stdout);
  }
}

// Cut before a character, not in it.
std::string shortened(std::string line) {
  if (line.size() <= excerpt_length) return line;
  std::size_t end = excerpt_length;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80) --end;
  return line.substr(0, end) + "...";
}

// The file as it is now: it may have changed since it was indexed.
void print_match(const store::Match& match, const std::vector<text::QueryWord>& words) {
  fmt::print("{}  ({}, {}", terminal::printable(match.path), match.kind,
             terminal::as_bytes(match.size));
  try {
    const text::Excerpt excerpt = text::find_excerpt(match.path, words, excerpt_limit);
    fmt::print(", {} line{})\n", excerpt.lines, excerpt.lines == 1 ? "" : "s");
    if (!excerpt.first.empty())
      fmt::print("    {}\n", terminal::printable(shortened(excerpt.first)));
  } catch (const files::FileError& error) {
    fmt::print(", now: {})\n", error.what());
  }
}

std::size_t limit_of(const SearchArguments& arguments) {
  if (arguments.limit != 0) return arguments.limit;
  return arguments.names_only ? std::numeric_limits<std::size_t>::max() : usual_limit;
}

}  // namespace

int search(const SearchArguments& arguments) {
  const auto words = text::parse_query(joined(arguments.words));
  if (words.empty()) throw std::runtime_error("there is no word to search for");
  const std::string expression = text::match_expression(words);
  store::IndexReader index(arguments.index);
  warn_if_incomplete(index, arguments.index);

  const auto matches = index.search(expression, limit_of(arguments));
  if (arguments.names_only) {
    print_names(matches, arguments.end_with_zero);
  } else {
    for (const store::Match& match : matches) print_match(match, words);
    fmt::print("{} of {} files\n", matches.size(), index.count(expression));
  }
  return matches.empty() ? no_match : success;
}

}  // namespace indexer::command
