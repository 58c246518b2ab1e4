#include "harness/program.hpp"
#include "workloads/workloads.hpp"

int main(int argc, char** argv) {
  return bench::run_program(argc, argv,
                            {.name = "poolder-bench",
                             .about = "What poolder's core costs",
                             .workloads = bench::workloads(),
                             .runs = 5});
}
