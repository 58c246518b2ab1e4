// Work of uneven length: one queue for the pool, and handlers that take too long are reported and
// replaced.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Page {
  int number;
  std::atomic<bool>* hangs;  // until somebody lets it go; null: it does not
};

struct Renderer {
  int handle_call(const Page& page) {
    while (page.hangs && *page.hangs) std::this_thread::sleep_for(1ms);
    return page.number * 10;
  }
};

static std::atomic<int> reports{0};

static void report(const poolder::Overrun& overrun) {
  if (overrun.alert == poolder::Overrun::Alert::max_overrun_limit)
    std::printf("%s: a %s took too long, its worker was killed\n",
                std::string(overrun.pool).c_str(), std::string(overrun.task).c_str());
  ++reports;
  reports.notify_one();
}

struct Renderers {
  using Worker = Renderer;
  static constexpr poolder::PoolOptions options{
      .name = "renderers",
      .size = 2,
      .routing = poolder::Routing::available,
      .call_timeout = 30s,
      .overrun = {.warn_after = 50ms, .max_warnings = 2, .handler = &report}};
};

int main() {
  std::atomic<bool> hangs{true};
  poolder::Runtime runtime;
  poolder::Pool<Renderers> pool{runtime};

  auto stuck = pool.send_request(Page{0, &hangs});
  int sum = 0;
  for (int i = 1; i <= 10; ++i) sum += pool.call(Page{i, nullptr});
  std::printf("ten pages, although one worker hangs: %d\n", sum);

  for (int seen = reports; seen < 2; seen = reports) reports.wait(seen);
  try {
    stuck.get();
  } catch (const poolder::Error& error) {
    std::printf("%s\n", error.what());
  }
  std::printf("served by the next worker: %d\n", pool.call(Page{11, nullptr}));
  hangs = false;
}
