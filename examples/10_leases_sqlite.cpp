// Lease pools: SQLite connections, one writer and three readers, under many threads.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

// SQLite has one writer at a time: so has this pool. Who wants to write waits here, not in SQLite.
struct Writer {
  using Resource = std::unique_ptr<SQLite::Database>;
  static constexpr poolder::LeasePoolOptions options{.name = "writer", .size = 1};

  Resource create() {
    auto database = std::make_unique<SQLite::Database>(
        file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1'000);
    database->exec("PRAGMA journal_mode = WAL");
    database->exec("CREATE TABLE IF NOT EXISTS visits (visitor INTEGER, page TEXT)");
    return database;
  }
  // What a borrower left open must not become part of the next one's work. Nothing open: no harm.
  void reset(Resource& database) { (void)database->tryExec("ROLLBACK"); }

  std::string file;
};

// Readers see the last state that was committed, and hold up nobody. One more may be opened in a
// rush, and lives on for a second.
struct Readers {
  using Resource = std::unique_ptr<SQLite::Database>;
  static constexpr poolder::LeasePoolOptions options{
      .name = "readers", .size = 3, .max_overflow = 1, .overflow_linger = 1s, .max_lifetime = 1h};

  Resource create() {
    return std::make_unique<SQLite::Database>(file, SQLite::OPEN_READONLY, 1'000);
  }
  bool healthy(Resource& database) { return database->tryExec("SELECT 1") == SQLite::OK; }

  std::string file;
};

void visit(SQLite::Database& database, int visitor, int pages) {
  SQLite::Transaction transaction{database};
  for (int page = 0; page < pages; ++page) {
    SQLite::Statement insert{database, "INSERT INTO visits VALUES (?, ?)"};
    insert.bind(1, visitor);
    insert.bind(2, "page " + std::to_string(page));
    insert.exec();
    if (visitor == 3 && page == 5) throw std::runtime_error("visitor 3 has lost the connection");
  }
  transaction.commit();
}

int main() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("poolder-example-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string file = folder / "visits.sqlite";
  {
    poolder::Runtime runtime;
    poolder::LeasePool<Writer> writer{runtime, file};
    poolder::LeasePool<Readers> readers{runtime, file};

    // Eight visitors, ten pages each, all or nothing; and as many who count meanwhile.
    std::vector<std::jthread> threads;
    for (int visitor = 0; visitor < 8; ++visitor) {
      threads.emplace_back([&, visitor] {
        try {
          writer.run([&](auto& database) { visit(*database, visitor, 10); });
        } catch (const std::exception& error) {
          std::printf("given up: %s\n", error.what());  // and that connection is not used again
        }
      });
      threads.emplace_back([&] {
        const int seen = readers.run([](auto& database) {
          return database->execAndGet("SELECT count(*) FROM visits").getInt();
        });
        if (seen % 10 != 0) std::printf("a reader saw %d: half a visit\n", seen);
      });
    }
    threads.clear();

    const auto reader = readers.acquire();
    std::printf("%d visits\n", (*reader)->execAndGet("SELECT count(*) FROM visits").getInt());
    const poolder::LeaseStats stats = writer.stats();
    std::printf("writer: %d leases, %d discarded\n", static_cast<int>(stats.acquired),
                static_cast<int>(stats.discarded));
    std::printf("readers that are busy: %d\n", static_cast<int>(readers.status().busy));
  }
  std::filesystem::remove_all(folder);
}
