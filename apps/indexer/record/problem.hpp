#pragma once

#include <string>
#include <string_view>

namespace indexer::record {

/// Why a file is not in the index as a whole. None of these ends a build.
enum class ProblemKind {
  unreadable,  // no permission, an input/output error that stayed, a directory that cannot be
               // listed
  vanished,    // found by the walk, gone (or no longer a regular file) when it was opened
  truncated,   // it ended before its size, or its gzip data did
  damaged,     // gzip data that is not valid beyond some point: the words before it are indexed
  huge,        // only the words up to a limit are indexed; the hash is of the whole file
  non_utf8,    // bytes that are not UTF-8 were read as Latin-1
  failed,      // the indexer itself failed on it
};

struct Problem {
  ProblemKind kind;
  std::string detail;
};

constexpr std::string_view to_string(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::unreadable:
      return "unreadable";
    case ProblemKind::vanished:
      return "vanished";
    case ProblemKind::truncated:
      return "truncated";
    case ProblemKind::damaged:
      return "damaged";
    case ProblemKind::huge:
      return "huge";
    case ProblemKind::non_utf8:
      return "non-utf8";
    case ProblemKind::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace indexer::record
