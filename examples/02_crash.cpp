// A worker that crashes is replaced by a fresh one. Its queue is not lost, and nobody else notices.

#include <chrono>
#include <cstdio>
#include <future>
#include <stdexcept>
#include <string>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Parse {
  std::string text;
};
struct Parsed {};

struct Parser {
  // After the last failed attempt this worker is destroyed, and another is constructed.
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  void handle_job(const Parse& job) {
    if (job.text == "poison") throw std::runtime_error("cannot parse this");
    ++parsed;
  }
  int handle_call(Parsed) const { return parsed; }

  int parsed = 0;
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Parser> pool{runtime, {.name = "parsers", .size = 1}};
  const poolder::Pid first = pool.worker(0);
  std::promise<std::string> ended;
  const auto watching = runtime.monitor(
      first,
      [&ended](poolder::Pid, const poolder::ExitReason& reason) { ended.set_value(reason.what); });

  pool.pause();  // so that all three are queued when the second one strikes
  pool.cast(Parse{"one"});
  pool.cast(Parse{"poison"});
  pool.cast(Parse{"two"});
  pool.resume();
  pool.drain(5s);

  std::printf("the first worker ended: %s\n", ended.get_future().get().c_str());
  std::printf("the second worker has parsed %d\n", pool.call(Parsed{}));
  std::printf("restarts: %llu, same worker: %s\n",
              static_cast<unsigned long long>(pool.stats().restarts),
              pool.worker(0) == first ? "yes" : "no");
  try {
    pool.cast(Parse{"three"}, first);
  } catch (const poolder::Error& error) {
    std::printf("%s\n", error.what());
  }
}
