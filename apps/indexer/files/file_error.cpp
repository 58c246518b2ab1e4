#include "files/file_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace indexer::files {
namespace {

constexpr std::array passing{EIO, EAGAIN, EINTR, EBUSY, ESTALE, EMFILE, ENFILE, ENOMEM, ETIMEDOUT};
constexpr std::array gone{0, ENOENT, ENOTDIR, ELOOP, ENXIO};

template <class Codes>
bool is_one_of(const Codes& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::string describe(int code) {
  return code == 0 ? "no longer a regular file" : std::generic_category().message(code);
}

}  // namespace

FileError::FileError(int code) : std::runtime_error(describe(code)), code_(code) {}

bool FileError::transient() const noexcept { return is_one_of(passing, code_); }

record::Problem FileError::problem() const {
  using record::ProblemKind;
  return {is_one_of(gone, code_) ? ProblemKind::vanished : ProblemKind::unreadable, what()};
}

}  // namespace indexer::files
