#include "store/schema.hpp"

#include <stdexcept>

#include <sqlite3.h>

namespace indexer::store {
namespace {

constexpr int application_id = 0x706f6c69;  // "poli": tells an index from any other database
constexpr int busy_timeout_ms = 2000;

// Words are letters, digits and `_`, as in grep -w. Marks over letters count: "resume" does not
// find "résumé".
constexpr const char* schema = R"sql(
  CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE files (id INTEGER PRIMARY KEY, path NOT NULL, size INTEGER, sha256 TEXT, kind TEXT NOT NULL,
                      problem TEXT);
  CREATE TABLE problems (file INTEGER REFERENCES files, path NOT NULL, problem TEXT NOT NULL, detail TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'");
)sql";

bool is_index(SQLite::Database& database) {
  return database.execAndGet("PRAGMA application_id").getInt() == application_id;
}

bool is_empty(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
}

[[noreturn]] void refuse(const std::string& path) {
  throw std::runtime_error(path + ": not an index of poolder-index");
}

// What is there must be ours before it is thrown away. A file that is no database throws here.
void refuse_foreign(SQLite::Database& database, const std::string& path) {
  try {
    if (is_index(database) || is_empty(database)) return;
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_NOTADB && error.getErrorCode() != SQLITE_CORRUPT) throw;
  }
  refuse(path);
}

// https://www.sqlite.org/c3ref/c_dbconfig_defensive.html, SQLITE_DBCONFIG_RESET_DATABASE: the
// documented way to empty a database while others may have it open.
void empty(SQLite::Database& database) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_RESET_DATABASE, 1, 0);
  database.exec("VACUUM");
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_RESET_DATABASE, 0, 0);
}

}  // namespace

void create(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms);
  refuse_foreign(database, path);
  empty(database);
  database.exec("PRAGMA application_id = " + std::to_string(application_id));
  database.exec(schema);
}

SQLite::Database open_for_reading(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READONLY, busy_timeout_ms);
  try {
    if (is_index(database)) return database;
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() != SQLITE_NOTADB) throw;
  }
  refuse(path);
}

// With a write-ahead log an index can be searched while it is built, and a build that is killed
// leaves what its last transaction had. Not waiting for the disk is fine: after a power cut the
// index is built again.
SQLite::Database open_for_writing(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, busy_timeout_ms);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = OFF");
  return database;
}

}  // namespace indexer::store
