#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <poolder/poolder.hpp>

#include "record/summary.hpp"
#include "store/build_lock.hpp"
#include "work/options.hpp"
#include "work/reader.hpp"
#include "work/run.hpp"
#include "work/walker.hpp"
#include "work/writer.hpp"

namespace indexer::work {

/// What a build has come to.
struct Outcome {
  std::string state;  // complete, interrupted
  record::Summary summary{};
  std::chrono::nanoseconds took{};
};

/// Who looks on while a build runs.
struct Watch {
  std::function<void()> tick;  // called about ten times a second, on the thread that runs the build
  std::function<bool()> interrupted;  // asked as often; true ends the build
};

/// One build: walkers feed readers, readers feed the writer, and each queue between them is
/// bounded.
class Build {
 public:
  /// Empties the index and starts the pools. Throws std::runtime_error or SQLite::Exception where
  /// the index cannot be taken.
  explicit Build(BuildOptions options);

  /// Runs the build to its end, once. Throws std::runtime_error where it could not go on: the index
  /// could not be written, say. What is in the index then is valid, and says so.
  Outcome run(const Watch& watch);

  [[nodiscard]] const Run& progress() const { return *run_; }

  /// The pools' own statistics, in the order of the work; also after run().
  [[nodiscard]] std::vector<poolder::PoolStats> stats() const;

 private:
  struct OwnIndex {
    explicit OwnIndex(const std::string& path);
    store::BuildLock lock;
  };

  template <class Pool>
  bool finish(Pool& pool, const Watch& watch);
  void commit_now_and_then();
  void cut_short();
  Outcome conclude(const std::string& state);

  std::shared_ptr<Run> run_;
  OwnIndex index_;
  poolder::Runtime runtime_;
  poolder::Pool<Writing> writers_;
  poolder::Pool<Reading> readers_;
  poolder::Pool<Walking> walkers_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_commit_ = started_;
};

}  // namespace indexer::work
