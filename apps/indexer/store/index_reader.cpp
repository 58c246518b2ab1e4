#include "store/index_reader.hpp"

#include <algorithm>
#include <limits>

#include <SQLiteCpp/Statement.h>

#include "store/schema.hpp"

namespace indexer::store {
namespace {

std::int64_t as_limit(std::size_t limit) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(limit, most));
}

}  // namespace

IndexReader::IndexReader(const std::string& path) : database_(open_for_reading(path)) {}

std::vector<Match> IndexReader::search(const std::string& expression, std::size_t limit) {
  SQLite::Statement rows(database_,
                         "SELECT path, kind, size FROM words JOIN files ON files.id = words.rowid "
                         "WHERE words MATCH ? ORDER BY bm25(words), path LIMIT ?");
  rows.bind(1, expression);
  rows.bind(2, as_limit(limit));
  std::vector<Match> matches;
  while (rows.executeStep()) {
    matches.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                       static_cast<std::uint64_t>(rows.getColumn(2).getInt64())});
  }
  return matches;
}

std::uint64_t IndexReader::count(const std::string& expression) {
  SQLite::Statement row(database_, "SELECT count(*) FROM words WHERE words MATCH ?");
  row.bind(1, expression);
  row.executeStep();
  return static_cast<std::uint64_t>(row.getColumn(0).getInt64());
}

Counts IndexReader::counts(const std::string& query) {
  Counts found;
  SQLite::Statement rows(database_, query);
  while (rows.executeStep()) {
    found.emplace_back(rows.getColumn(0).getString(),
                       static_cast<std::uint64_t>(rows.getColumn(1).getInt64()));
  }
  return found;
}

Counts IndexReader::files_by_kind() {
  return counts("SELECT kind, count(*) FROM files GROUP BY 1 ORDER BY 2 DESC");
}

Counts IndexReader::problems_by_name() {
  return counts("SELECT problem, count(*) FROM problems GROUP BY 1 ORDER BY 2 DESC");
}

std::vector<ListedProblem> IndexReader::problems(std::size_t limit) {
  SQLite::Statement rows(
      database_, "SELECT path, problem, detail FROM problems ORDER BY problem, path LIMIT ?");
  rows.bind(1, as_limit(limit));
  std::vector<ListedProblem> listed;
  while (rows.executeStep()) {
    listed.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(),
                      rows.getColumn(2).getString()});
  }
  return listed;
}

}  // namespace indexer::store
