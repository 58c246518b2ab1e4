#pragma once

#include <stdexcept>
#include <string>

#include "record/problem.hpp"

namespace indexer::files {

/// A file that could not be opened or read.
class FileError : public std::runtime_error {
 public:
  /// `code` is an errno; 0 says that the path is no longer a regular file.
  explicit FileError(int code);

  /// True where another try may succeed: the disk, the network or a limit of the moment.
  [[nodiscard]] bool transient() const noexcept;

  /// How the index lists it.
  [[nodiscard]] record::Problem problem() const;

 private:
  int code_;
};

}  // namespace indexer::files
