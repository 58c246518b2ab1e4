#include "command/build.hpp"

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "command/exit_code.hpp"
#include "store/index_reader.hpp"
#include "terminal/format.hpp"
#include "terminal/interruption.hpp"
#include "terminal/progress.hpp"
#include "terminal/report.hpp"
#include "work/build.hpp"

namespace indexer::command {
namespace {

constexpr std::size_t problems_shown = 10;

// Absolute, so that what is found can be opened from anywhere; the names below it are as `find`
// prints them.
std::string existing_directory(const std::string& given) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(given, error)) {
    throw std::runtime_error(given + ": " + (error ? error.message() : "not a directory"));
  }
  // Taking ".." away by its letters alone would be wrong behind a symbolic link.
  const bool upwards = given.find("..") != std::string::npos;
  std::string root = upwards ? fs::canonical(given) : fs::absolute(given).lexically_normal();
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  return root;
}

work::BuildOptions options_from(const BuildArguments& arguments) {
  return {
      .root = existing_directory(arguments.directory),
      .out = arguments.out,
      .readers = arguments.readers,
      .text_limit = arguments.words_mebibytes << 20U,
      .one_file_system = arguments.one_file_system,
  };
}

terminal::Standing standing(const work::Run& run) {
  const bool found = run.found;
  return {
      .done = {.files = run.done_files, .bytes = run.read_bytes},
      .total = {.files = found ? run.found_files : run.counted_files, .bytes = run.counted_bytes},
      .total_known = found || run.counted,
      .problems = run.problems,
  };
}

void print_result(const work::Outcome& outcome, const store::Meta& meta, const std::string& out) {
  const double seconds = std::chrono::duration<double>(outcome.took).count();
  fmt::print("{}: {} of {}{} files, {}, in {} ({:.0f} files/s, {:.1f} MB/s)\n", out,
             meta.files_done, meta.found_all ? "" : "at least ", meta.files_found,
             terminal::as_bytes(meta.bytes_done), terminal::as_duration(outcome.took),
             static_cast<double>(meta.files_done) / seconds,
             static_cast<double>(meta.bytes_done) / 1e6 / seconds);
}

// Read back from the index: what is printed is what is there.
void print_contents(store::IndexReader& index, const std::string& out) {
  fmt::print("files: {}\n", terminal::counts_text(index.files_by_kind()));
  fmt::print("problems: {}\n", terminal::counts_text(index.problems_by_name()));
  const auto problems = index.problems(problems_shown + 1);
  const bool more = problems.size() > problems_shown;
  fmt::print("{}", terminal::problems_text({problems.begin(), problems.end() - (more ? 1 : 0)}));
  if (more) fmt::print("  ... (all of them: poolder-index info --problems {})\n", out);
}

}  // namespace

int build(const BuildArguments& arguments) {
  const terminal::Interruption interruption;
  work::Build build(options_from(arguments));
  terminal::Progress progress(stderr);
  const work::Watch watch{
      .tick =
          [&] {
            if (!arguments.quiet) progress.show(standing(build.progress()));
          },
      .interrupted = [] { return terminal::Interruption::signal() != 0; },
  };

  const work::Outcome outcome = build.run(watch);

  if (!arguments.quiet) progress.clear();
  store::IndexReader index(arguments.out);
  print_result(outcome, index.meta(), arguments.out);
  if (!arguments.quiet) {
    print_contents(index, arguments.out);
    fmt::print("\n{}", terminal::time_report(build.stats(), outcome.summary.phases, outcome.took));
  }
  if (outcome.state == "complete") return success;
  fmt::print(stderr, "poolder-index: interrupted; {} is valid and says how far it got\n",
             arguments.out);
  return after_signal + terminal::Interruption::signal();
}

}  // namespace indexer::command
