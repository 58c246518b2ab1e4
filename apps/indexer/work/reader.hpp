#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poolder/poolder.hpp>

#include "files/sha256.hpp"
#include "record/document.hpp"
#include "text/content.hpp"
#include "work/run.hpp"
#include "work/writer.hpp"

namespace indexer::work {

/// One file to be read; `size` is what the walk saw.
struct ReadFile {
  std::string path;
  std::uint64_t size;
};

/// Reads files, one at a time: hash and words in one pass, and what is found goes to the writer.
/// A read that fails for a passing reason is tried again while the reader goes on with others; what
/// stays unreadable is a document too, with the problem in place of the hash.
class Reader {
 public:
  static constexpr poolder::WorkerOptions options{
      .name = "reader",
      .retry = {.max_attempts = 3, .backoff = std::chrono::milliseconds{20}, .factor = 4.0},
  };

  Reader(std::shared_ptr<Run> run, poolder::Ref<poolder::Pool<Writing>> writers);

  void handle_job(const ReadFile& file, poolder::Context& context);
  poolder::Recovery handle_error(const poolder::Failure& failure);

 private:
  /// Nothing: the build was cut short before the file's end.
  std::optional<record::Document> read(const std::string& path);
  void take(std::string_view block, record::Stopwatch& watch);
  void conclude(record::Document& document);
  void deliver(record::Document&& document);

  std::shared_ptr<Run> run_;
  poolder::Ref<poolder::Pool<Writing>> writers_;
  files::Sha256 sha256_{};
  text::Content content_;
  std::vector<char> block_;
  std::string path_{};  // of the file in hand, for handle_error
};

/// As many as the build asks for; each with a queue of its own, so that a small one is enough.
struct Reading {
  using Worker = Reader;
  static constexpr poolder::PoolOptions options{
      .name = "readers",
      .queue = {.capacity = 16, .on_full = poolder::OnFull::block},
      .shutdown = std::chrono::milliseconds{300},
  };
};

}  // namespace indexer::work
