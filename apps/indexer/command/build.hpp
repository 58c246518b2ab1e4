#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace indexer::command {

struct BuildArguments {
  std::string directory;
  std::string out;
  std::size_t readers = 0;
  std::uint64_t words_mebibytes = 64;
  bool one_file_system = false;
  bool quiet = false;
};

/// `poolder-index build`: indexes a tree and says what came of it. Returns the exit code; throws
/// what made it impossible.
int build(const BuildArguments& arguments);

}  // namespace indexer::command
