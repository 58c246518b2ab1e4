#include "work/walker.hpp"

#include <string>
#include <utility>

namespace indexer::work {

Walker::Walker(std::shared_ptr<Run> run, poolder::Ref<poolder::Pool<Reading>> readers,
               poolder::Ref<poolder::Pool<Writing>> writers)
    : run_(std::move(run)), readers_(std::move(readers)), writers_(std::move(writers)) {}

// Ends early where the other walk was quicker.
void Walker::handle_job(const CountTree&) {
  const files::WalkVisitor visitor{
      .file =
          [&](const std::string&, std::uint64_t size) {
            run_->counted_files.fetch_add(1, std::memory_order_relaxed);
            run_->counted_bytes.fetch_add(size, std::memory_order_relaxed);
          },
      .problem = [](const std::string&, const record::Problem&) {},
      .stopped = [&] { return run_->is_cut_short() || run_->found; },
  };
  if (walk(run_->options.root, walk_options(), visitor)) {
    run_->counted.store(true, std::memory_order_release);
  }
}

void Walker::handle_job(const FeedTree&) {
  const files::WalkVisitor visitor{
      .file = [&](std::string path, std::uint64_t size) { feed(std::move(path), size); },
      .problem = [&](std::string path,
                     record::Problem problem) { report(std::move(path), std::move(problem)); },
      .stopped = [&] { return run_->is_cut_short(); },
  };
  try {
    if (walk(run_->options.root, walk_options(), visitor))
      run_->found.store(true, std::memory_order_release);
  } catch (const poolder::Error& error) {
    // A reader hung, and was left behind: the build is being cut short.
    if (error.code() != poolder::ErrorCode::stopped) throw;
  }
}

poolder::Recovery Walker::handle_error(const poolder::Failure& failure) {
  run_->fail(run_->options.root + ": " + std::string(failure.what()));
  return poolder::ignore();
}

// Waits where the reader's queue is full.
void Walker::feed(std::string path, std::uint64_t size) {
  run_->found_files.fetch_add(1, std::memory_order_relaxed);
  const std::size_t reader = run_->backlog.add(size);
  readers_->cast(ReadFile{std::move(path), size}, poolder::Route::index(reader));
}

void Walker::report(std::string path, record::Problem problem) {
  writers_->cast(record::PathProblem{std::move(path), std::move(problem)});
}

// The index may lie in the tree; it and what SQLite keeps beside it are not part of it.
files::WalkOptions Walker::walk_options() const {
  const std::string& out = run_->options.out;
  return {
      .one_file_system = run_->options.one_file_system,
      .leave_out = {files::file_id(out), files::file_id(out + "-wal"),
                    files::file_id(out + "-shm")},
  };
}

}  // namespace indexer::work
