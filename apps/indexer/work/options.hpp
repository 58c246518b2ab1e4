#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace indexer::work {

/// What a build is asked to do.
struct BuildOptions {
  std::string root;         // absolute
  std::string out;          // the index
  std::size_t readers = 0;  // 0: two for each processor
  std::uint64_t text_limit =
      64U << 20U;  // the words of so many bytes of a file are taken, after unpacking
  bool one_file_system = false;
};

}  // namespace indexer::work
