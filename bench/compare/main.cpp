#include "../harness/program.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "workloads/workloads.hpp"

int main(int argc, char** argv) {
  return bench::run_program(argc, argv,
                            {.name = "poolder-compare",
                             .about = "poolder measured beside its peers",
                             .workloads = bench::compared::workloads(),
                             .runs = 7,
                             .as_markdown = &bench::as_markdown,
                             .beside = bench::versions()});
}
