#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <poolder/poolder.hpp>

#include "record/document.hpp"
#include "record/summary.hpp"
#include "store/index_writer.hpp"
#include "work/run.hpp"

namespace indexer::work {

/// Makes what was written so far last, where no document has come to do so.
struct Commit {};

/// Ends the index with this state, and asks what was done.
struct Finish {
  std::string state;
};

/// The one worker that holds the database: SQLite has one writer at a time, so a pool of one is its
/// queue.
class Writer {
 public:
  /// Another program may have the database for a moment.
  static constexpr poolder::WorkerOptions options{
      .name = "writer",
      .retry = {.max_attempts = 5, .backoff = std::chrono::milliseconds{50}, .factor = 2.0},
  };

  explicit Writer(std::shared_ptr<Run> run);

  void handle_job(const record::Document& document);
  void handle_job(const record::PathProblem& problem);
  void handle_job(const Commit&);
  record::Summary handle_call(const Finish& finish);

  poolder::Recovery handle_error(const poolder::Failure& failure);

 private:
  [[nodiscard]] bool gave_up() const { return run_->is_cut_short() || run_->has_failed(); }
  void count(const record::Document& document);
  void count(const record::Problem& problem);
  void note_found();

  std::shared_ptr<Run> run_;
  store::IndexWriter index_;
  record::Summary summary_{};
};

/// The queue in front of the writer holds the readers up when it is full: what is in memory stays
/// bounded by its capacity and the readers' own documents, whatever the tree.
struct Writing {
  using Worker = Writer;
  static constexpr poolder::PoolOptions options{
      .name = "writers",
      .size = 1,
      .queue = {.capacity = 32, .on_full = poolder::OnFull::block},
      .shutdown = std::chrono::milliseconds{300},
  };
};

}  // namespace indexer::work
