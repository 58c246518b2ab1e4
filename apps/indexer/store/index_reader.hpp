#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "store/meta.hpp"

namespace indexer::store {

struct Match {
  std::string path;
  std::string kind;
  std::uint64_t size;
};

struct ListedProblem {
  std::string path;
  std::string problem;
  std::string detail;
};

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

/// Asks an index. May be used while a build is still writing it.
class IndexReader {
 public:
  /// Throws std::runtime_error where `path` is no index.
  explicit IndexReader(const std::string& path);

  /// The files that have all the words, best first (bm25), at most `limit`.
  std::vector<Match> search(const std::string& expression, std::size_t limit);

  /// How many files have all the words.
  std::uint64_t count(const std::string& expression);

  Meta meta() { return load_meta(database_); }
  Counts files_by_kind();
  Counts problems_by_name();
  std::vector<ListedProblem> problems(std::size_t limit);

 private:
  Counts counts(const std::string& query);

  SQLite::Database database_;
};

}  // namespace indexer::store
