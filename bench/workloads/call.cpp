#include <cstdint>
#include <memory>

#include <poolder/poolder.hpp>

#include "calls.hpp"
#include "subjects.hpp"
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

}  // namespace

Subject call_pool(std::size_t callers, std::size_t workers, bool inline_calls,
                  std::chrono::milliseconds span) {
  auto on = std::make_shared<Callers>(workers, inline_calls);
  return {inline_calls ? "inline_calls" : "calls", [=](Run& run) {
            measure_calls(run, callers, span, [&] {
              return [&](std::uint64_t value) { return on->pool.call(Ask{value}); };
            });
          }};
}

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
