#include "store/meta.hpp"

#include <chrono>

#include <SQLiteCpp/Statement.h>
#include <fmt/chrono.h>

namespace indexer::store {
namespace {

class Saver {
 public:
  explicit Saver(SQLite::Database& database)
      : insert_(database, "INSERT OR REPLACE INTO meta VALUES (?, ?)") {}

  void save(const char* key, const std::string& value) {
    insert_.bind(2, value);
    run(key);
  }

  void save(const char* key, std::uint64_t value) {
    insert_.bind(2, static_cast<std::int64_t>(value));
    run(key);
  }

 private:
  void run(const char* key) {
    insert_.bind(1, key);
    insert_.exec();
    insert_.reset();
  }

  SQLite::Statement insert_;
};

std::string yes_or_no(bool value) { return value ? "yes" : "no"; }

void take(Meta& meta, std::string_view key, const SQLite::Column& value) {
  if (key == "root") meta.root = value.getString();
  if (key == "state") meta.state = value.getString();
  if (key == "files_done") meta.files_done = static_cast<std::uint64_t>(value.getInt64());
  if (key == "files_found") meta.files_found = static_cast<std::uint64_t>(value.getInt64());
  if (key == "found_all") meta.found_all = value.getString() == "yes";
  if (key == "bytes_done") meta.bytes_done = static_cast<std::uint64_t>(value.getInt64());
  if (key == "started") meta.started = value.getString();
  if (key == "updated") meta.updated = value.getString();
}

}  // namespace

void save(SQLite::Database& database, const Meta& meta) {
  Saver saver(database);
  saver.save("root", meta.root);
  saver.save("complete", yes_or_no(meta.complete()));
  saver.save("state", meta.state);
  saver.save("files_done", meta.files_done);
  saver.save("files_found", meta.files_found);
  saver.save("found_all", yes_or_no(meta.found_all));
  saver.save("bytes_done", meta.bytes_done);
  saver.save("started", meta.started);
  saver.save("updated", meta.updated);
}

Meta load_meta(SQLite::Database& database) {
  Meta meta;
  SQLite::Statement rows(database, "SELECT key, value FROM meta");
  while (rows.executeStep()) take(meta, rows.getColumn(0).getString(), rows.getColumn(1));
  return meta;
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

}  // namespace indexer::store
