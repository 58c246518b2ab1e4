#include "program.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "machine.hpp"
#include "plot.hpp"

namespace bench {

namespace {

struct Arguments {
  std::string json, plots, markdown;
  std::vector<std::string> only;
  int runs = 0;
  bool list = false, quick = false;
};

void add_options(CLI::App& app, Arguments& arguments, const Program& program) {
  app.add_option("--json", arguments.json, "Write the figures to this file too");
  app.add_option("--plots", arguments.plots, "Draw them into this directory too, as SVG");
  if (program.as_markdown)
    app.add_option("--markdown", arguments.markdown, "Write a report to this file too");
  app.add_option("--only", arguments.only, "Only these workloads")
      ->check([&program](const std::string& name) {
        const auto& all = program.workloads;
        const bool known = std::any_of(all.begin(), all.end(),
                                       [&](const auto& each) { return name == each.name; });
        return known ? std::string{} : "there is no workload \"" + name + "\": see --list";
      });
  arguments.runs = program.runs;
  app.add_option("--runs", arguments.runs, "How often each is measured, after one warm-up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--list", arguments.list, "Say which workloads there are");
  app.add_flag("--quick", arguments.quick,
               "Little work: shows that everything runs; the figures mean little");
}

bool wanted(const Arguments& arguments, const Workload& workload) {
  return arguments.only.empty() || std::find(arguments.only.begin(), arguments.only.end(),
                                             workload.name) != arguments.only.end();
}

bool run_one(const Arguments& arguments, const Program& program, const Workload& workload,
             Results& results) {
  const std::size_t before = results.figures().size();
  bool right = true;
  try {
    Session session{results, workload.name, arguments.runs, arguments.quick};
    workload.run(session);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}: {}\n", program.name, workload.name, error.what());
    right = false;
  }
  print_table(results, before);
  return right;
}

void write_report(const Arguments& arguments, const Program& program, const Results& results,
                  const Description& machine) {
  const std::filesystem::path beside =
      std::filesystem::absolute(arguments.markdown).lexically_normal().parent_path();
  const std::filesystem::path plots =
      arguments.plots.empty() ? std::filesystem::path{}
                              : std::filesystem::absolute(arguments.plots).lexically_normal();
  write_file(arguments.markdown,
             program.as_markdown(
                 results, machine,
                 plots.empty() ? std::string{} : plots.lexically_relative(beside).string()));
}

int measure(const Arguments& arguments, const Program& program) {
  const auto machine = describe_machine();
  print_machine(machine);
  Results results;
  bool right = true;
  for (const Workload& each : program.workloads)
    if (wanted(arguments, each)) right = run_one(arguments, program, each, results) && right;
  Description all = machine;
  all.insert(all.end(), program.beside.begin(), program.beside.end());
  if (!arguments.json.empty()) write_json(arguments.json, results, all);
  if (!arguments.plots.empty()) write_plots(arguments.plots, results, all);
  if (!arguments.markdown.empty()) write_report(arguments, program, results, machine);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int run_program(int argc, char** argv, const Program& program) {
  CLI::App app{program.about};
  Arguments arguments;
  add_options(app, arguments, program);
  CLI11_PARSE(app, argc, argv);
  if (arguments.list) {
    for (const Workload& each : program.workloads) fmt::print("{:<16} {}\n", each.name, each.about);
    return EXIT_SUCCESS;
  }
  try {
    return measure(arguments, program);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program.name, error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace bench
