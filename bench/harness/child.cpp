#include "child.hpp"

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

#include "session.hpp"

namespace bench {

namespace {

std::string as_lines(const std::function<void(Run&)>& once) {
  std::ostringstream lines;
  lines.precision(17);
  try {
    Run run;
    once(run);
    for (const Figure& each : run.figures())
      lines << name_of(each.unit) << ' ' << each.values.front() << ' ' << each.metric << '\n';
  } catch (const std::exception& error) {
    lines << '!' << error.what() << '\n';
  }
  return lines.str();
}

std::string read_all(int from) {
  std::string text;
  char piece[4'096];
  for (ssize_t got = 0; (got = read(from, piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(got));
  return text;
}

}  // namespace

void run_in_child(const std::function<void(Run&)>& once, Run& run) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    const std::string lines = as_lines(once);
    const bool written = write(ends[1], lines.data(), lines.size()) >= 0;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::istringstream lines{read_all(ends[0])};
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child process ended badly");

  for (std::string line; std::getline(lines, line);) take_line(line, run);
}

void take_line(const std::string& line, Run& run) {
  if (line.starts_with('!')) throw WrongResult{line.substr(1)};
  std::istringstream words{line};
  std::string unit, metric;
  double value = 0;
  words >> unit >> value >> std::ws;
  std::getline(words, metric);
  for (const Unit each : {Unit::per_second, Unit::nanoseconds, Unit::bytes, Unit::count})
    if (unit == name_of(each)) return run.record(metric, each, value);
  throw WrongResult{"not a figure: " + line};
}

}  // namespace bench
