#include "otp_process.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../harness/child.hpp"
#include "../../harness/process.hpp"

namespace bench {

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe2");
    from = ends[0];
    to = ends[1];
  }
  int from, to;
};

// The launcher is a script that ends by becoming the virtual machine, so the process stays the
// same.
pid_t start(int input, int output) {
  const std::string schedulers = fmt::format("{0}:{0}", processors());
  const char* const words[] = {"erl", "-noshell", "+S",   schedulers.c_str(),
                               "+P",  "2097152",  "-pa",  COMPARE_OTP_BEAMS,
                               "-s",  "otp",      "main", nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t pid = -1;
  const int error =
      posix_spawnp(&pid, "erl", &actions, nullptr, const_cast<char* const*>(words), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "erl");
  return pid;
}

}  // namespace

OtpProcess::OtpProcess() {
  std::signal(SIGPIPE, SIG_IGN);  // where it ended, its silence says so
  const Pipe commands, answers;
  pid_ = start(commands.from, answers.to);
  close(commands.from);
  close(answers.to);
  commands_ = fdopen(commands.to, "w");
  answers_ = fdopen(answers.from, "r");
}

OtpProcess::~OtpProcess() {
  std::fclose(commands_);
  std::fclose(answers_);
  waitpid(pid_, nullptr, 0);
}

void OtpProcess::ask(const std::string& command, Run& run) {
  fmt::print(commands_, "{}\n", command);
  std::fflush(commands_);
  std::string complaint;
  char line[1'024];
  while (std::fgets(line, sizeof line, answers_)) {
    std::string text{line};
    text.pop_back();
    if (text == "done") {
      if (!complaint.empty()) throw WrongResult{fmt::format("Erlang, {}: {}", command, complaint)};
      return;
    }
    if (text.starts_with('!')) {
      complaint = text.substr(1);
    } else {
      take_line(text, run);
    }
  }
  throw WrongResult{"Erlang ended at: " + command};
}

double OtpProcess::cpu_nanoseconds() const {
  double sum = 0;
  for (const auto& thread :
       std::filesystem::directory_iterator{fmt::format("/proc/{}/task", pid_)}) {
    std::ifstream file{thread.path() / "schedstat"};
    double own = 0;
    if (file >> own) sum += own;
  }
  return sum;
}

}  // namespace bench
