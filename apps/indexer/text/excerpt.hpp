#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/query.hpp"

namespace indexer::text {

/// Where some words stand in a file as it is now.
struct Excerpt {
  std::uint64_t lines = 0;  // that have one of the words
  std::string first{};      // the first that has the most of them, without blanks around it
};

/// Looks for the words in the first `limit` bytes of the file's text,
/// unpacked. Throws files::FileError where it cannot be read.
Excerpt find_excerpt(const std::string& path, const std::vector<QueryWord>& words,
                     std::uint64_t limit);

}  // namespace indexer::text
