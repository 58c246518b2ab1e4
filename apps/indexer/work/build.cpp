#include "work/build.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "store/schema.hpp"

namespace indexer::work {
namespace {

constexpr std::chrono::milliseconds tick_length{100};
constexpr std::chrono::seconds commit_interval{1};
constexpr std::chrono::milliseconds patience{
    300};  // several times, within the two seconds of a Ctrl-C
constexpr poolder::RuntimeOptions runtime_options{.shutdown = patience};

BuildOptions completed(BuildOptions options) {
  if (options.readers == 0)
    options.readers = std::clamp(2 * std::thread::hardware_concurrency(), 2U, 64U);
  return options;
}

// How many readers there are is known only now; the rest stands in the definition.
poolder::PoolOptions reading_options(std::size_t readers) {
  poolder::PoolOptions options = Reading::options;
  options.size = readers;
  return options;
}

template <class Definition>
poolder::Ref<poolder::Pool<Definition>> find(const poolder::Runtime& runtime) {
  return runtime.find<poolder::Pool<Definition>>(Definition::options.name);
}

}  // namespace

Build::OwnIndex::OwnIndex(const std::string& path) : lock(path) { store::create(path); }

Build::Build(BuildOptions options)
    : run_(std::make_shared<Run>(completed(std::move(options)))),
      index_(run_->options.out),
      runtime_(runtime_options),
      writers_(runtime_, run_),
      readers_(runtime_, reading_options(run_->options.readers), run_, find<Writing>(runtime_)),
      walkers_(runtime_, run_, find<Reading>(runtime_), find<Writing>(runtime_)) {}

// Each pool gets its work only from the ones before it: when those are through, what is left
// drains.
Outcome Build::run(const Watch& watch) {
  walkers_.cast(CountTree{});
  walkers_.cast(FeedTree{});
  const bool complete =
      finish(walkers_, watch) && finish(readers_, watch) && finish(writers_, watch);
  if (!complete) cut_short();
  return conclude(complete ? "complete" : "interrupted");
}

// Waits until the pool has done all it has. False: the build is to end before that.
template <class Pool>
bool Build::finish(Pool& pool, const Watch& watch) {
  while (!pool.drain(tick_length)) {
    watch.tick();
    commit_now_and_then();
    if (run_->has_failed() || watch.interrupted()) return false;
  }
  return !run_->has_failed();
}

// The documents come in batches of their own; this is for the time when a huge file lets none come.
void Build::commit_now_and_then() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_commit_ < commit_interval) return;
  last_commit_ = now;
  writers_.try_cast(Commit{});
}

// From here no file is begun, and what is queued is let fall: each pool is through at once. A
// reader that hangs in a read that does not return is left behind.
void Build::cut_short() {
  run_->cut_short();
  walkers_.drain(patience);
  readers_.drain(patience);
  readers_.stop();
  walkers_.stop();
}

Outcome Build::conclude(const std::string& state) {
  Outcome outcome{.state = state};
  try {
    outcome.summary = writers_.call(Finish{state}, {.timeout = poolder::infinity});
  } catch (const std::exception& error) {
    run_->fail(run_->options.out + ": " + error.what());
  }
  writers_.stop();
  if (run_->has_failed()) throw std::runtime_error(run_->failure());
  outcome.took = std::chrono::steady_clock::now() - started_;
  return outcome;
}

std::vector<poolder::PoolStats> Build::stats() const {
  return {walkers_.stats(), readers_.stats(), writers_.stats()};
}

}  // namespace indexer::work
