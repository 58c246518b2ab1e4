// Who listens: to one pool's workers, and to all engines.

#include <cstdio>
#include <stdexcept>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Charge {
  int cents;
};

struct Till {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 10ms},
                                                  .on_failure = poolder::OnFailure::restart};

  void handle_job(Charge charge) {
    if (charge.cents < 0) throw std::invalid_argument("negative");
  }
};

// What a definition's events() returns is there before the first worker is.
struct Tills {
  using Worker = Till;
  static constexpr poolder::PoolOptions options{.name = "tills", .size = 1};

  static poolder::PoolEvents events() {
    return {.worker_created = [](auto pool,
                                 poolder::Pid) { std::printf("%s: a worker\n", pool.data()); },
            .worker_died =
                [](auto, poolder::Pid, const poolder::ExitReason& reason) {
                  std::printf("it died: %s\n", reason.what.c_str());
                }};
  }
};

int main() {
  poolder::SimulatedRuntime runtime{1};
  const poolder::Subscription all = runtime.on([](const poolder::Event& event) {
    std::printf("  %s %s", poolder::name_of(event.kind).data(), event.name.c_str());
    if (event.attempt > 0) std::printf(", attempt %d: %s", event.attempt, event.what.c_str());
    std::printf("\n");
  });
  poolder::Pool<Tills> tills{runtime};

  tills.cast(Charge{100});
  tills.cast(Charge{-1});
  tills.drain(1s);

  for (const poolder::EngineStats& each : runtime.stats().engines)
    std::printf("%s \"%s\": %d processed, %d failed, %d restarts\n", each.kind.data(),
                each.name.c_str(), static_cast<int>(each.processed), static_cast<int>(each.failed),
                static_cast<int>(each.restarts));
}
