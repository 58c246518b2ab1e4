#pragma once

#include <chrono>
#include <memory>

#include <poolder/poolder.hpp>

#include "files/walk.hpp"
#include "work/reader.hpp"
#include "work/run.hpp"
#include "work/writer.hpp"

namespace indexer::work {

/// Walk the tree to learn how many files and bytes it has: what the time left is reckoned from.
struct CountTree {};

/// Walk the tree and give each file to a reader.
struct FeedTree {};

/// Walks the tree. There are two, for the walk that feeds the readers waits for them and would know
/// the size of the tree only at the end.
class Walker {
 public:
  static constexpr poolder::WorkerOptions options{.name = "walker"};

  Walker(std::shared_ptr<Run> run, poolder::Ref<poolder::Pool<Reading>> readers,
         poolder::Ref<poolder::Pool<Writing>> writers);

  void handle_job(const CountTree&);
  void handle_job(const FeedTree&);
  poolder::Recovery handle_error(const poolder::Failure& failure);

 private:
  void feed(std::string path, std::uint64_t size);
  void report(std::string path, record::Problem problem);
  [[nodiscard]] files::WalkOptions walk_options() const;

  std::shared_ptr<Run> run_;
  poolder::Ref<poolder::Pool<Reading>> readers_;
  poolder::Ref<poolder::Pool<Writing>> writers_;
};

struct Walking {
  using Worker = Walker;
  static constexpr poolder::PoolOptions options{
      .name = "walkers",
      .size = 2,
      .shutdown = std::chrono::milliseconds{300},
  };
};

}  // namespace indexer::work
