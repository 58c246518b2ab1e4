#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "record/kind.hpp"
#include "record/phases.hpp"
#include "record/problem.hpp"

namespace indexer::record {

/// Everything that the index will know of one file.
struct Document {
  std::string path;
  std::uint64_t size = 0;  // the bytes that were read, which are the ones hashed
  std::string sha256{};    // hexadecimal; empty where the file was not read to its end
  Kind kind = Kind::unread;
  std::string words{};  // UTF-8, divided by spaces; a frequent word stands more than once
  std::vector<Problem> problems{};
  PhaseTimes phases{};
};

/// Something wrong at a path that is not a file of the index: a directory that cannot be listed.
struct PathProblem {
  std::string path;
  Problem problem;
};

}  // namespace indexer::record
