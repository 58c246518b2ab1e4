#include "work/writer.hpp"

#include <algorithm>
#include <utility>

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace indexer::work {
namespace {

// True where another program has the database at the moment.
bool is_busy(const poolder::Failure& failure) {
  try {
    std::rethrow_exception(failure.error);
  } catch (const SQLite::Exception& error) {
    return error.getErrorCode() == SQLITE_BUSY;
  } catch (...) {
    return false;
  }
}

}  // namespace

Writer::Writer(std::shared_ptr<Run> run)
    : run_(std::move(run)), index_(run_->options.out, run_->options.root) {}

void Writer::handle_job(const record::Document& document) {
  if (gave_up()) return;
  const auto start = std::chrono::steady_clock::now();
  note_found();
  index_.add(document);
  count(document);
  summary_.phases.add(record::Phase::write, std::chrono::steady_clock::now() - start);
}

void Writer::handle_job(const record::PathProblem& problem) {
  if (gave_up()) return;
  index_.add(problem);
  count(problem.problem);
}

void Writer::handle_job(const Commit&) {
  if (gave_up()) return;
  note_found();
  index_.commit();
}

record::Summary Writer::handle_call(const Finish& finish) {
  if (run_->has_failed()) index_.roll_back();
  note_found();
  index_.finish(run_->has_failed() ? "failed" : finish.state);
  return summary_;
}

poolder::Recovery Writer::handle_error(const poolder::Failure& failure) {
  if (is_busy(failure) && failure.attempt < options.retry.max_attempts) {
    return poolder::backoff(options.retry.backoff * failure.attempt);
  }
  run_->fail(run_->options.out + ": " + std::string(failure.what()));
  return poolder::ignore();
}

void Writer::count(const record::Document& document) {
  ++summary_.files;
  summary_.bytes += document.size;
  ++summary_.kinds[std::string(to_string(document.kind))];
  summary_.phases.add(document.phases);
  for (const record::Problem& problem : document.problems) count(problem);
  run_->done_files.fetch_add(1, std::memory_order_relaxed);
}

void Writer::count(const record::Problem& problem) {
  ++summary_.problems[std::string(to_string(problem.kind))];
  run_->problems.fetch_add(1, std::memory_order_relaxed);
}

// The walk that counts is ahead of the one that feeds until both are through.
void Writer::note_found() {
  const bool all = run_->found.load(std::memory_order_acquire);
  const bool counted = run_->counted.load(std::memory_order_acquire);
  const std::uint64_t found = run_->found_files.load(std::memory_order_relaxed);
  const std::uint64_t ahead = run_->counted_files.load(std::memory_order_relaxed);
  index_.set_found(all ? found : std::max(found, ahead), all || counted);
}

}  // namespace indexer::work
