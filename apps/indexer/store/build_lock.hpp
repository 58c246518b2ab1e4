#pragma once

#include <string>

namespace indexer::store {

/// Keeps a second build off the same file for as long as it lives; the kernel drops it when a build
/// is killed. Must outlive every SQLite connection to the file: closing it ends SQLite's own locks.
class BuildLock {
 public:
  /// Creates the file where there is none. Throws std::runtime_error where another build has it, or
  /// where it cannot be opened for writing.
  explicit BuildLock(const std::string& path);
  ~BuildLock();
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace indexer::store
