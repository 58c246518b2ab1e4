#include <atomic>
#include <latch>
#include <memory>
#include <thread>

#include <poolder/poolder.hpp>

#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct Ask {
  std::uint64_t value;
};
struct Answerer {
  std::uint64_t handle_call(Ask ask) const { return ask.value + 1; }
};

struct Callers {
  Callers(std::size_t workers, bool inline_calls)
      : pool(runtime, {.size = workers, .inline_calls = inline_calls}) {}

  poolder::Runtime runtime;
  poolder::Pool<Answerer> pool;
};

/// What one caller did.
struct Calls {
  std::size_t made = 0, wrong = 0;
  std::vector<float> latencies;
};

// Looks at the clock only now and then: two readings cost as much as an inline call.
void call_untimed(poolder::Pool<Answerer>& pool, std::chrono::milliseconds span, Calls& calls) {
  const auto end = Clock::now() + span;
  do {
    for (int i = 0; i < 32; ++i) {
      const std::uint64_t value = calls.made++;
      calls.wrong += pool.call(Ask{value}) == value + 1 ? 0 : 1;
    }
  } while (Clock::now() < end);
}

// One reading of the clock for each call, about 20 ns of what is reported.
void call_timed(poolder::Pool<Answerer>& pool, std::chrono::milliseconds span, Calls& calls) {
  calls.latencies.reserve(1 << 16);
  const auto end = Clock::now() + span;
  for (auto before = Clock::now(); before < end;) {
    const std::uint64_t value = calls.made++;
    calls.wrong += pool.call(Ask{value}) == value + 1 ? 0 : 1;
    const auto after = Clock::now();
    calls.latencies.push_back(std::chrono::duration<float, std::nano>(after - before).count());
    before = after;
  }
}

// All callers at once, each for `span`; the seconds that it took.
template <class Body>
double call_from(std::size_t callers, std::vector<Calls>& calls, const Body& body) {
  calls.assign(callers, {});
  if (callers == 1) {
    const auto start = Clock::now();
    body(calls[0]);
    return seconds_since(start);
  }
  std::latch begin{1};
  std::vector<std::jthread> threads;
  for (Calls& each : calls)
    threads.emplace_back([&] {
      begin.wait();
      body(each);
    });
  const auto start = Clock::now();
  begin.count_down();
  threads.clear();
  return seconds_since(start);
}

Subject call_pool(std::size_t callers, std::size_t workers, bool inline_calls,
                  std::chrono::milliseconds span) {
  auto on = std::make_shared<Callers>(workers, inline_calls);
  return {inline_calls ? "inline_calls" : "calls", [=](Run& run) {
            std::vector<Calls> calls;
            const double seconds =
                call_from(callers, calls, [&](Calls& own) { call_untimed(on->pool, span, own); });
            std::size_t made = 0, wrong = 0;
            for (const Calls& each : calls) {
              made += each.made;
              wrong += each.wrong;
            }
            run.rate(made, seconds);

            call_from(callers, calls, [&](Calls& own) { call_timed(on->pool, span, own); });
            std::vector<float> latencies;
            for (const Calls& each : calls) {
              wrong += each.wrong;
              latencies.insert(latencies.end(), each.latencies.begin(), each.latencies.end());
            }
            run.latencies(latencies);
            expect_equal(wrong, std::size_t{0}, "wrong answers");
          }};
}

}  // namespace

void call(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{500});
  session.compare("1 caller, 1 worker",
                  {call_pool(1, 1, false, span), call_pool(1, 1, true, span)});
  session.compare("1 caller, 8 workers",
                  {call_pool(1, 8, false, span), call_pool(1, 8, true, span)});
  session.compare("64 callers, 8 workers",
                  {call_pool(64, 8, false, span), call_pool(64, 8, true, span)});
}

}  // namespace bench
