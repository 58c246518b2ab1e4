#include "machine.hpp"

#include <cstdlib>
#include <fstream>
#include <string_view>

#include <fmt/format.h>
#include <sys/utsname.h>

#include "process.hpp"

namespace bench {

namespace {

std::string processor_model() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    if (std::string_view{line}.substr(0, 10) != "model name") continue;
    const std::size_t value = line.find(": ");
    if (value != std::string::npos) return line.substr(value + 2);
  }
  return "unknown";
}

std::string kernel() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

// How many others wanted the processors just before: their noise is in the figures.
std::string load() {
  double averages[1] = {0};
  return getloadavg(averages, 1) == 1 ? fmt::format("{:.2f}", averages[0]) : "unknown";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
  return {{"processor", processor_model()},
          {"cores", std::to_string(processors())},
          {"kernel", kernel()},
          {"compiler", BENCH_COMPILER},
          {"build", BENCH_BUILD_TYPE},
          {"load", load()}};
}

}  // namespace bench
