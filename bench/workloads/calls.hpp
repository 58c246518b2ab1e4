#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <thread>
#include <vector>

#include "../harness/process.hpp"
#include "../harness/session.hpp"

namespace bench {

/// What one caller did.
struct Calls {
  std::size_t made = 0, wrong = 0;
  std::vector<float> latencies{};
};

/// Looks at the clock only now and then: two readings cost as much as an inline call.
template <class Call>
void call_untimed(Call&& call, std::chrono::milliseconds span, Calls& calls) {
  const auto end = Clock::now() + span;
  do {
    for (int i = 0; i < 32; ++i) {
      const std::uint64_t value = calls.made++;
      calls.wrong += call(value) == value + 1 ? 0 : 1;
    }
  } while (Clock::now() < end);
}

/// One reading of the clock for each call, about 20 ns of what is reported.
template <class Call>
void call_timed(Call&& call, std::chrono::milliseconds span, Calls& calls) {
  calls.latencies.reserve(1 << 16);
  const auto end = Clock::now() + span;
  for (auto before = Clock::now(); before < end;) {
    const std::uint64_t value = calls.made++;
    calls.wrong += call(value) == value + 1 ? 0 : 1;
    const auto after = Clock::now();
    calls.latencies.push_back(std::chrono::duration<float, std::nano>(after - before).count());
    before = after;
  }
}

/// All callers at once, each for `span`; the seconds that it took.
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
  threads.reserve(callers);
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

/// Calls that should return their argument and one: first how many, then how long each takes.
/// `caller` makes a thread's own function to call.
template <class Caller>
void measure_calls(Run& run, std::size_t callers, std::chrono::milliseconds span,
                   const Caller& caller) {
  std::vector<Calls> calls;
  const double seconds =
      call_from(callers, calls, [&](Calls& own) { call_untimed(caller(), span, own); });
  std::size_t made = 0, wrong = 0;
  for (const Calls& each : calls) {
    made += each.made;
    wrong += each.wrong;
  }
  run.rate(made, seconds);

  call_from(callers, calls, [&](Calls& own) { call_timed(caller(), span, own); });
  std::vector<float> latencies;
  for (const Calls& each : calls) {
    wrong += each.wrong;
    latencies.insert(latencies.end(), each.latencies.begin(), each.latencies.end());
  }
  run.latency_curve(latencies);
  expect_equal(wrong, std::size_t{0}, "wrong answers");
}

}  // namespace bench
