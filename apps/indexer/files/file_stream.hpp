#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace indexer::files {

/// A regular file, read from its beginning to its end.
/// Never follows a symbolic link and never waits on a pipe or a device that took the file's place.
class FileStream {
 public:
  /// Throws FileError.
  explicit FileStream(const std::string& path);
  ~FileStream();
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  /// The size when it was opened.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Fills the buffer, less only at the end of the file; 0: nothing is left. Throws FileError.
  std::size_t read(std::span<char> buffer);

 private:
  int descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace indexer::files
