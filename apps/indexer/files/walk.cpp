#include "files/walk.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <sys/stat.h>

#include "files/file_error.hpp"

namespace indexer::files {
namespace {

using Directory = std::unique_ptr<DIR, decltype([](DIR* open) { ::closedir(open); })>;

bool is_self_or_parent(std::string_view name) { return name == "." || name == ".."; }

std::string join(const std::string& directory, const char* name) {
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

FileId id_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

class Walk {
 public:
  Walk(const WalkOptions& options, const WalkVisitor& visitor)
      : options_(options), visitor_(visitor) {}

  bool run(const std::string& root) {
    root_device_ = file_id(root).device;
    pending_.push_back(root);
    while (!pending_.empty()) {
      const std::string next = std::move(pending_.back());
      pending_.pop_back();
      if (!list(next)) return false;
    }
    return true;
  }

 private:
  // False: stopped.
  bool list(const std::string& directory) {
    const Directory open(::opendir(directory.c_str()));
    if (!open) return report(directory, errno);
    for (;;) {
      if (visitor_.stopped()) return false;
      errno = 0;
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) return errno == 0 || report(directory, errno);
      if (!is_self_or_parent(entry->d_name)) visit(join(directory, entry->d_name), entry->d_type);
    }
  }

  // The type comes from the directory where it is known: a file that cannot be examined counts all
  // the same.
  void visit(std::string path, unsigned char type) {
    if (type != DT_REG && type != DT_DIR && type != DT_UNKNOWN) return;
    const auto status = status_of(path);
    if (type == DT_REG || (status && S_ISREG(status->st_mode)))
      return visit_file(std::move(path), status);
    if (type == DT_DIR || (status && S_ISDIR(status->st_mode)))
      return visit_directory(std::move(path), status);
    if (!status) report(path, errno);
  }

  void visit_file(std::string path, const std::optional<struct stat>& status) {
    if (status && is_left_out(id_of(*status))) return;
    visitor_.file(std::move(path), status ? static_cast<std::uint64_t>(status->st_size) : 0);
  }

  void visit_directory(std::string path, const std::optional<struct stat>& status) {
    if (options_.one_file_system && status && id_of(*status).device != root_device_) return;
    pending_.push_back(std::move(path));
  }

  bool is_left_out(FileId id) const {
    return std::find(options_.leave_out.begin(), options_.leave_out.end(), id) !=
           options_.leave_out.end();
  }

  bool report(const std::string& path, int code) {
    visitor_.problem(path, FileError(code).problem());
    return true;
  }

  const WalkOptions& options_;
  const WalkVisitor& visitor_;
  std::uint64_t root_device_ = 0;
  std::vector<std::string> pending_;
};

}  // namespace

FileId file_id(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? id_of(status) : FileId{};
}

bool walk(const std::string& root, const WalkOptions& options, const WalkVisitor& visitor) {
  return Walk(options, visitor).run(root);
}

}  // namespace indexer::files
