#include "store/index_writer.hpp"

#include <utility>

#include <sqlite3.h>

#include "store/schema.hpp"
#include "text/utf8.hpp"

namespace indexer::store {
namespace {

// A name on Unix is any bytes: those that are not UTF-8 are kept as a blob, for SQLite's text must
// be UTF-8.
void bind_path(SQLite::Statement& statement, int index, const std::string& path) {
  if (text::is_utf8(path)) {
    statement.bindNoCopy(index, path);
  } else {
    statement.bindNoCopy(index, path.data(), static_cast<int>(path.size()));
  }
}

void run(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
  statement.clearBindings();
}

std::string names_of(const std::vector<record::Problem>& problems) {
  std::string names;
  for (const record::Problem& problem : problems) {
    if (!names.empty()) names += ", ";
    names += to_string(problem.kind);
  }
  return names;
}

}  // namespace

IndexWriter::IndexWriter(const std::string& path, std::string root)
    : database_(open_for_writing(path)),
      insert_file_(database_,
                   "INSERT INTO files (path, size, sha256, kind, problem) VALUES (?, ?, ?, ?, ?)"),
      insert_words_(database_, "INSERT INTO words (rowid, text) VALUES (?, ?)"),
      insert_problem_(database_,
                      "INSERT INTO problems (file, path, problem, detail) VALUES (?, ?, ?, ?)"),
      meta_{.root = std::move(root), .started = utc_now()} {
  // Not in FTS5's manual, but in its source: how much it gathers before it writes a segment. More
  // of it means fewer segments to merge, a third of the time; a version that does not know it goes
  // on without.
  database_.tryExec("INSERT INTO words (words, rank) VALUES ('hashsize', 16777216)");
  commit();
}

void IndexWriter::add(const record::Document& document) {
  begin();
  const std::string problems = names_of(document.problems);
  bind_path(insert_file_, 1, document.path);
  if (!document.sha256.empty()) {
    insert_file_.bind(2, static_cast<std::int64_t>(document.size));
    insert_file_.bindNoCopy(3, document.sha256);
  }
  insert_file_.bind(4, std::string(to_string(document.kind)));
  if (!problems.empty()) insert_file_.bindNoCopy(5, problems);
  run(insert_file_);
  const std::int64_t id = database_.getLastInsertRowid();
  if (!document.words.empty()) insert_words(id, document.words);
  for (const record::Problem& problem : document.problems)
    insert_problem(id, document.path, problem);
  ++meta_.files_done;
  meta_.bytes_done += document.size;
  commit_when_due(document.words.size());
}

void IndexWriter::add(const record::PathProblem& problem) {
  begin();
  insert_problem(std::nullopt, problem.path, problem.problem);
  commit_when_due(problem.path.size());
}

void IndexWriter::insert_words(std::int64_t id, const std::string& words) {
  insert_words_.bind(1, id);
  insert_words_.bindNoCopy(2, words);
  run(insert_words_);
}

void IndexWriter::insert_problem(std::optional<std::int64_t> file, const std::string& path,
                                 const record::Problem& problem) {
  if (file) insert_problem_.bind(1, *file);
  bind_path(insert_problem_, 2, path);
  insert_problem_.bind(3, std::string(to_string(problem.kind)));
  insert_problem_.bindNoCopy(4, problem.detail);
  run(insert_problem_);
}

void IndexWriter::set_found(std::uint64_t files, bool all) {
  meta_.files_found = files;
  meta_.found_all = all;
}

// The lock for writing is taken here, so that nothing half done is left where another program has
// it.
void IndexWriter::begin() {
  if (transaction_) return;
  transaction_.emplace(database_, SQLite::TransactionBehavior::IMMEDIATE);
  begun_ = Clock::now();
  files_ = bytes_ = 0;
}

// Where somebody reads just now (and there is no write-ahead log), the next document's turn will
// do.
void IndexWriter::commit_when_due(std::size_t bytes) {
  ++files_;
  bytes_ += bytes;
  if (files_ < most_files && bytes_ < most_bytes && Clock::now() - begun_ < longest) return;
  try {
    commit();
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_BUSY) throw;
  }
}

void IndexWriter::commit() {
  begin();
  meta_.updated = utc_now();
  save(database_, meta_);
  transaction_->commit();
  transaction_.reset();
}

void IndexWriter::finish(const std::string& state) {
  meta_.state = state;
  commit();
  // Back to one file that can be read from anywhere. Where somebody is just searching it stays as
  // it is: as valid.
  database_.tryExec("PRAGMA journal_mode = DELETE");
}

void IndexWriter::roll_back() {
  transaction_.reset();
  meta_ = load_meta(database_);
}

}  // namespace indexer::store
