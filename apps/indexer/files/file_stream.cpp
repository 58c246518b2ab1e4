#include "files/file_stream.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/file_error.hpp"

namespace indexer::files {
namespace {

// Non-blocking: opening a pipe, or reading one of /proc's endless logs, must not hang a worker.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// The size of the regular file behind the descriptor.
std::uint64_t regular_size(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw FileError(errno);
  if (!S_ISREG(status.st_mode)) throw FileError(0);
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t read_some(int descriptor, std::span<char> buffer) {
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw FileError(errno);
  }
}

}  // namespace

FileStream::FileStream(const std::string& path) : descriptor_(::open(path.c_str(), open_flags)) {
  if (descriptor_ < 0) throw FileError(errno);
  try {
    size_ = regular_size(descriptor_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

FileStream::~FileStream() { ::close(descriptor_); }

std::size_t FileStream::read(std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t got = read_some(descriptor_, buffer.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

}  // namespace indexer::files
