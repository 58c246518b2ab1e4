#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>

namespace indexer::store {

/// How far a build got. It stands in the file's `meta` table, brought up to date with each
/// transaction.
struct Meta {
  std::string root;
  std::string state = "building";  // building, complete, interrupted, failed
  std::uint64_t files_done = 0;    // the rows in `files`
  std::uint64_t files_found = 0;
  bool found_all = false;  // the walk got to its end: files_found is the whole tree
  std::uint64_t bytes_done = 0;
  std::string started{};  // UTC, ISO 8601
  std::string updated{};

  [[nodiscard]] bool complete() const { return state == "complete"; }
};

void save(SQLite::Database& database, const Meta& meta);
Meta load_meta(SQLite::Database& database);

/// The system clock's time, as `started` and `updated` have it.
std::string utc_now();

}  // namespace indexer::store
