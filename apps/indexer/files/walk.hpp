#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "record/problem.hpp"

namespace indexer::files {

/// One file, whatever names lead to it.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileId&) const = default;
};

/// Which file a path names now; nothing (all zero) where there is none. Follows symbolic links.
FileId file_id(const std::string& path);

struct WalkOptions {
  bool one_file_system = false;   // do not enter directories on other file systems (find -xdev)
  std::vector<FileId> leave_out;  // files that are not reported: the index that is being written
};

/// What a walk calls. An exception from any of them ends the walk and leaves it.
struct WalkVisitor {
  std::function<void(std::string path, std::uint64_t size)> file;
  std::function<void(std::string path, record::Problem problem)> problem;
  std::function<bool()> stopped;  // asked before each entry
};

/// Visits every regular file under `root`, as `find root -type f` lists them: hidden ones too,
/// symbolic links neither followed nor reported. A directory that cannot be listed is a problem,
/// not an end. One directory is open at a time; what is remembered are the directories still to be
/// entered. Returns false where it was stopped.
bool walk(const std::string& root, const WalkOptions& options, const WalkVisitor& visitor);

}  // namespace indexer::files
