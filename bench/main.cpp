#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/machine.hpp"
#include "harness/plot.hpp"
#include "harness/report.hpp"
#include "harness/session.hpp"
#include "workloads/workloads.hpp"

namespace {

struct Arguments {
  std::string json, plots;
  std::vector<std::string> only;
  int runs = 5;
  bool list = false, quick = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("--json", arguments.json, "Write the figures to this file too");
  app.add_option("--plots", arguments.plots, "Draw them into this directory too, as SVG");
  app.add_option("--only", arguments.only, "Only these workloads")
      ->check([](const std::string& name) {
        const auto all = bench::workloads();
        const bool known = std::any_of(all.begin(), all.end(),
                                       [&](const auto& each) { return name == each.name; });
        return known ? std::string{} : "there is no workload \"" + name + "\": see --list";
      });
  app.add_option("--runs", arguments.runs, "How often each is measured, after one warm-up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--list", arguments.list, "Say which workloads there are");
  app.add_flag("--quick", arguments.quick,
               "Little work: shows that everything runs; the figures mean little");
}

bool wanted(const Arguments& arguments, const bench::Workload& workload) {
  return arguments.only.empty() || std::find(arguments.only.begin(), arguments.only.end(),
                                             workload.name) != arguments.only.end();
}

bool run_one(const Arguments& arguments, const bench::Workload& workload, bench::Results& results) {
  const std::size_t before = results.figures().size();
  bool right = true;
  try {
    bench::Session session{results, workload.name, arguments.runs, arguments.quick};
    workload.run(session);
  } catch (const std::exception& error) {
    fmt::print(stderr, "poolder-bench: {}: {}\n", workload.name, error.what());
    right = false;
  }
  bench::print_table(results, before);
  return right;
}

int measure(const Arguments& arguments) {
  const auto machine = bench::describe_machine();
  bench::print_machine(machine);
  bench::Results results;
  bool right = true;
  for (const bench::Workload& each : bench::workloads())
    if (wanted(arguments, each)) right = run_one(arguments, each, results) && right;
  if (!arguments.json.empty()) bench::write_json(arguments.json, results, machine);
  if (!arguments.plots.empty()) bench::write_plots(arguments.plots, results, machine);
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"What poolder's core costs"};
  Arguments arguments;
  add_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  if (arguments.list) {
    for (const bench::Workload& each : bench::workloads())
      fmt::print("{:<16} {}\n", each.name, each.about);
    return EXIT_SUCCESS;
  }
  try {
    return measure(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "poolder-bench: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
