#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "command/build.hpp"
#include "command/exit_code.hpp"
#include "command/info.hpp"
#include "command/search.hpp"

using namespace indexer;

namespace {

CLI::App* add_build(CLI::App& app, command::BuildArguments& arguments) {
  CLI::App* build = app.add_subcommand("build", "Index the files of a directory tree");
  build->add_option("DIR", arguments.directory, "The tree")->required();
  build->add_option("-o,--out", arguments.out, "The index; one that is there is replaced")
      ->required();
  build
      ->add_option("-r,--readers", arguments.readers,
                   "Files read at once (default: two a processor)")
      ->check(CLI::Range(1, 1024));
  build
      ->add_option("--words-limit", arguments.words_mebibytes,
                   "MiB of text of a file whose words are indexed")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  build->add_flag("-x,--one-file-system", arguments.one_file_system,
                  "Stay on the file system of DIR");
  build->add_flag("-q,--quiet", arguments.quiet, "No progress, no statistics");
  return build;
}

CLI::App* add_search(CLI::App& app, command::SearchArguments& arguments) {
  CLI::App* search =
      app.add_subcommand("search", "Find the files that have all the words; word* is a beginning");
  search->add_option("FILE", arguments.index, "The index")->required();
  search->add_option("WORDS", arguments.words, "What to look for")->required();
  search
      ->add_option("-n,--limit", arguments.limit,
                   "How many files to show (default: 10; with -l all)")
      ->check(CLI::PositiveNumber);
  CLI::Option* names =
      search->add_flag("-l,--files", arguments.names_only, "Print only the names, one a line");
  search
      ->add_flag("-0,--null", arguments.end_with_zero,
                 "End each name with a zero byte, not a newline")
      ->needs(names);
  return search;
}

CLI::App* add_info(CLI::App& app, command::InfoArguments& arguments) {
  CLI::App* info = app.add_subcommand("info", "Say how far an index got and what is in it");
  info->add_option("FILE", arguments.index, "The index")->required();
  info->add_flag("-p,--problems", arguments.problems, "List every problem");
  return info;
}

int run(int argc, char** argv) {
  CLI::App app{"Indexes the files of a tree with pools of workers, and searches the index.",
               "poolder-index"};
  app.require_subcommand(1);
  command::BuildArguments build_arguments;
  command::SearchArguments search_arguments;
  command::InfoArguments info_arguments;
  CLI::App* build = add_build(app, build_arguments);
  CLI::App* search = add_search(app, search_arguments);
  add_info(app, info_arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? command::success : command::failure;
  }
  if (*build) return command::build(build_arguments);
  if (*search) return command::search(search_arguments);
  return command::info(info_arguments);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "poolder-index: {}\n", error.what());
    return command::failure;
  }
}
