#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "record/document.hpp"
#include "store/meta.hpp"

namespace indexer::store {

/// Fills an index, many documents to a transaction. Every function may throw SQLite::Exception; one
/// that says that the database is busy leaves the index as it was, so the call can be repeated.
class IndexWriter {
 public:
  IndexWriter(const std::string& path, std::string root);

  void add(const record::Document& document);
  void add(const record::PathProblem& problem);

  /// How many files the walk has found so far, and whether that is all.
  void set_found(std::uint64_t files, bool all);

  /// Makes what was added so far last.
  void commit();

  /// The last commit: the file stands for itself, and says how the build ended.
  void finish(const std::string& state);

  /// Goes back to the last commit, after something threw.
  void roll_back();

  [[nodiscard]] const Meta& meta() const noexcept { return meta_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t most_files = 500;
  static constexpr std::size_t most_bytes = 4U << 20U;
  static constexpr std::chrono::seconds longest{1};

  void begin();
  void commit_when_due(std::size_t bytes);
  void insert_words(std::int64_t id, const std::string& words);
  void insert_problem(std::optional<std::int64_t> file, const std::string& path,
                      const record::Problem& problem);

  SQLite::Database database_;
  SQLite::Statement insert_file_;
  SQLite::Statement insert_words_;
  SQLite::Statement insert_problem_;
  std::optional<SQLite::Transaction> transaction_{};
  Clock::time_point begun_{};
  std::size_t files_ = 0;  // in this transaction
  std::size_t bytes_ = 0;
  Meta meta_;
};

}  // namespace indexer::store
