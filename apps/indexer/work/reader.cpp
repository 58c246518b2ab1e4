#include "work/reader.hpp"

#include <span>
#include <utility>

#include "files/file_error.hpp"
#include "files/file_stream.hpp"

namespace indexer::work {
namespace {

constexpr std::size_t block_size = 256 * 1024;

record::Document without_content(std::string path, record::Problem problem) {
  return {.path = std::move(path), .problems = {std::move(problem)}};
}

record::Problem ended_early(std::uint64_t got, std::uint64_t expected) {
  return {record::ProblemKind::truncated,
          "ended after " + std::to_string(got) + " of " + std::to_string(expected) + " bytes"};
}

}  // namespace

Reader::Reader(std::shared_ptr<Run> run, poolder::Ref<poolder::Pool<Writing>> writers)
    : run_(std::move(run)),
      writers_(std::move(writers)),
      content_(run_->options.text_limit),
      block_(block_size) {}

void Reader::handle_job(const ReadFile& file, poolder::Context& context) {
  if (run_->is_cut_short()) return;
  path_ = file.path;
  try {
    auto document = read(file.path);
    if (document) deliver(std::move(*document));
  } catch (const files::FileError& error) {
    if (error.transient() && context.attempt() < options.retry.max_attempts) throw;
    deliver(without_content(file.path, error.problem()));
  }
  run_->backlog.settle(context.index(), file.size);
}

// A transient error of a file is what handle_job let through: later, then. Anything else is ours.
poolder::Recovery Reader::handle_error(const poolder::Failure& failure) {
  try {
    std::rethrow_exception(failure.error);
  } catch (const files::FileError&) {
    return poolder::backoff(options.retry.backoff * failure.attempt * failure.attempt);
  } catch (...) {
    deliver(without_content(path_, {record::ProblemKind::failed, std::string(failure.what())}));
    return poolder::ignore();
  }
}

std::optional<record::Document> Reader::read(const std::string& path) {
  record::Document document{.path = path};
  record::Stopwatch watch(document.phases);
  files::FileStream file(path);
  sha256_.reset();
  content_.begin(run_->cut_short_token());
  while (const std::size_t got = file.read(block_)) {
    if (run_->is_cut_short()) return std::nullopt;
    watch.lap(record::Phase::read);
    take(std::string_view(block_.data(), got), watch);
    document.size += got;
  }
  watch.lap(record::Phase::read);
  if (document.size < file.size())
    document.problems.push_back(ended_early(document.size, file.size()));
  conclude(document);
  watch.lap(record::Phase::words);
  return document;
}

void Reader::take(std::string_view block, record::Stopwatch& watch) {
  sha256_.add(block);
  watch.lap(record::Phase::hash);
  content_.add(block, watch);
  run_->read_bytes.fetch_add(block.size(), std::memory_order_relaxed);
}

void Reader::conclude(record::Document& document) {
  document.sha256 = sha256_.finish();
  text::Content::Found found = content_.finish();
  document.kind = found.kind;
  document.words = std::move(found.words);
  for (record::Problem& problem : found.problems) document.problems.push_back(std::move(problem));
}

// Waits where the writer's queue is full. A writer that has stopped belongs to a build that is
// being cut short.
void Reader::deliver(record::Document&& document) {
  try {
    writers_->cast(std::move(document));
  } catch (const poolder::Error& error) {
    if (error.code() != poolder::ErrorCode::stopped) throw;
  }
}

}  // namespace indexer::work
