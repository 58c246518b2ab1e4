#include "command/info.hpp"

#include <limits>

#include <fmt/format.h>

#include "command/exit_code.hpp"
#include "store/index_reader.hpp"
#include "terminal/format.hpp"
#include "terminal/report.hpp"

namespace indexer::command {
namespace {

void print_meta(const store::Meta& meta) {
  fmt::print("tree: {}\n", terminal::printable(meta.root));
  fmt::print("complete: {} ({})\n", meta.complete() ? "yes" : "no", meta.state);
  fmt::print("files done: {} of {}{}\n", meta.files_done, meta.found_all ? "" : "at least ",
             meta.files_found);
  fmt::print("bytes done: {}\n", terminal::as_bytes(meta.bytes_done));
  fmt::print("started: {}\nlast written: {}\n", meta.started, meta.updated);
}

}  // namespace

int info(const InfoArguments& arguments) {
  store::IndexReader index(arguments.index);
  print_meta(index.meta());
  fmt::print("files: {}\n", terminal::counts_text(index.files_by_kind()));
  fmt::print("problems: {}\n", terminal::counts_text(index.problems_by_name()));
  if (arguments.problems) {
    fmt::print("{}",
               terminal::problems_text(index.problems(std::numeric_limits<std::size_t>::max())));
  }
  return success;
}

}  // namespace indexer::command
