// What it costs to compile: the compiler's own processor time and memory, and the lines that its
// preprocessor makes.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../harness/session.hpp"
#include "workloads.hpp"

extern char** environ;

namespace bench::compared {

namespace {

struct Program {
  std::string name, text;
};

const std::string own_header = "#include <poolder/poolder.hpp>\n";
const std::string by_hand =
    "#include <condition_variable>\n#include <deque>\n#include <functional>\n#include <mutex>\n"
    "#include <thread>\n#include <vector>\n";

rusage compile(const std::vector<std::string>& options, const std::string& source) {
  std::vector<std::string> words{COMPARE_CXX, "-std=c++20", "-O2", "-I" COMPARE_OWN_INCLUDE};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(source);
  std::vector<char*> arguments;
  for (std::string& each : words) arguments.push_back(each.data());
  arguments.push_back(nullptr);

  pid_t child = 0;
  expect(posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0,
         "the compiler can be started");
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it compiles");
  return usage;
}

std::size_t lines_of(const std::filesystem::path& file) {
  std::ifstream text{file};
  std::size_t count = 0;
  for (std::string line; std::getline(text, line);)
    count += line.find_first_not_of(" \t") != std::string::npos ? 1 : 0;
  return count;
}

void compile_once(const Program& program, Run& run) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string stem = "poolder-compare-" + std::to_string(getpid());
  const auto source = folder / (stem + ".cpp"), made = folder / (stem + ".out");
  std::ofstream{source} << program.text;

  const rusage usage = compile({"-c", "-o", made.string()}, source.string());
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  run.record("processor time", Unit::nanoseconds,
             1e9 * (seconds(usage.ru_utime) + seconds(usage.ru_stime)));
  run.record("memory", Unit::bytes, 1024.0 * static_cast<double>(usage.ru_maxrss));
  (void)compile({"-E", "-P", "-o", made.string()}, source.string());
  run.record("preprocessed lines", Unit::count, static_cast<double>(lines_of(made)));
  std::filesystem::remove(source);
  std::filesystem::remove(made);
}

void compile_all(Session& session, const std::string& variant,
                 const std::vector<Program>& programs) {
  std::vector<Subject> subjects;
  for (const Program& each : programs)
    subjects.push_back({each.name, [each](Run& run) { compile_once(each, run); }});
  session.compare(variant, subjects, Runs::few);
}

std::string fifty_types() {
  std::string text = own_header, handlers;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "Message" + std::to_string(i);
    text += "struct " + name + " { int value; };\n";
    handlers += "  void handle_job(" + name + " message) { sum += message.value; }\n";
  }
  text += "struct Worker {\n" + handlers + "  int sum = 0;\n};\n";
  text += "int main() {\n  poolder::Runtime runtime;\n  poolder::Pool<Worker> pool{runtime};\n";
  for (int i = 0; i < 50; ++i) text += "  pool.cast(Message" + std::to_string(i) + "{1});\n";
  return text + "}\n";
}

}  // namespace

void compile(Session& session) {
  std::vector<Program> headers{
      {"poolder", own_header}, {"mutex + cv", by_hand}, {"std::async", "#include <future>\n"}};
  std::vector<Program> programs{
      {"poolder",
       own_header +
           "struct Worker {\n  void handle_job(int more) { sum += more; }\n  int sum = 0;\n"
           "};\nint main() {\n  poolder::Runtime runtime;\n"
           "  poolder::Pool<Worker> pool{runtime};\n  pool.cast(1);\n}\n"},
      {"std::async",
       "#include <future>\nint main() { (void)std::async(std::launch::async, [] {}); }\n"}};
#ifdef BENCH_HAS_TBB
  headers.push_back({"oneTBB", "#include <oneapi/tbb.h>\n"});
  programs.push_back({"oneTBB",
                      "#include <oneapi/tbb.h>\nint main() {\n  tbb::task_arena arena;\n"
                      "  arena.enqueue([] {});\n}\n"});
#endif
#ifdef COMPARE_HAS_ASIO
  headers.push_back({"Boost.Asio", "#include <boost/asio.hpp>\n"});
  programs.push_back({"Boost.Asio",
                      "#include <boost/asio.hpp>\nint main() {\n  boost::asio::thread_pool pool;\n"
                      "  boost::asio::post(pool, [] {});\n  pool.join();\n}\n"});
#endif
#ifdef COMPARE_HAS_MOODYCAMEL
  headers.push_back(
      {"moodycamel", by_hand + "#include <concurrentqueue/blockingconcurrentqueue.h>\n"});
#endif
#ifdef COMPARE_HAS_CAF
  headers.push_back({"CAF", "#include <caf/all.hpp>\n"});
  programs.push_back({"CAF",
                      "#include <caf/all.hpp>\ncaf::behavior worker(caf::event_based_actor*) {\n"
                      "  return {[](int) {}};\n}\nvoid caf_main(caf::actor_system& system) {\n"
                      "  caf::anon_send(system.spawn(worker), 1);\n}\nCAF_MAIN()\n"});
#endif
  compile_all(session, "all headers", headers);
  compile_all(session, "one pool, one worker", programs);
  compile_all(session, "fifty message types", {{"poolder", fifty_types()}});
}

}  // namespace bench::compared
