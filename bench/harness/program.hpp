#pragma once

#include <functional>
#include <span>
#include <string>

#include "report.hpp"
#include "results.hpp"
#include "workload.hpp"

namespace bench {

/// A program that measures: what its command line runs.
struct Program {
  const char* name;
  const char* about;
  std::span<const Workload> workloads;
  int runs;  ///< unless --runs says otherwise
  /// Its report, where it has one, with links to the drawings in a directory beside it.
  std::function<std::string(const Results& results, const Description& machine,
                            const std::string& plots)>
      as_markdown{};
  Description beside{};  ///< whose versions the JSON and the drawings name beside the machine
};

/// Its main.
int run_program(int argc, char** argv, const Program& program);

}  // namespace bench
