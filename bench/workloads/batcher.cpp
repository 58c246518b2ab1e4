#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <poolder/poolder.hpp>

#include "../harness/session.hpp"
#include "../peers/mutex_batcher.hpp"
#include "producers.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

constexpr std::size_t limit = 100, row_length = 50;

struct Sums {
  std::uint64_t sum = 0;
  std::size_t items = 0;
};

/// Adds up what it gets.
struct Summing {
  using Item = std::uint32_t;
  static constexpr poolder::BatcherOptions options{.limit = limit,
                                                   .timeout = std::chrono::milliseconds{100}};
  explicit Summing(Sums* its_sums) : sums(its_sums) {}
  void handle_batch(poolder::Batch<std::uint32_t>& batch) {
    for (const std::uint32_t each : batch) sums->sum += each;
    sums->items += batch.size();
  }
  Sums* sums;
};

void check(Sums& sums, std::size_t items) {
  expect_equal(sums.items, items, "items handled");
  expect_equal(sums.sum, std::uint64_t{3} * items, "the sum of the items");
  sums = {};
}

/// `push` is so many items at once, `drain` waits for all that were pushed.
template <class Push, class Drain>
void measure(Run& run, std::size_t producers, std::size_t items, Sums& sums, const Push& push,
             const Drain& drain, std::size_t at_once = 1) {
  std::latch pushed{static_cast<std::ptrdiff_t>(producers)};
  const double seconds = time_producers(
      producers, items / at_once,
      [&](std::size_t share) {
        for (std::size_t i = 0; i < share; ++i) push();
        pushed.count_down();
      },
      [&] {
        pushed.wait();
        drain();
      });
  check(sums, items);
  run.rate(items, seconds);
}

Subject poolder_batcher(std::size_t producers, std::size_t items) {
  struct Setup {
    Sums sums;
    poolder::Runtime runtime;
    poolder::Batcher<Summing> batcher{runtime, &sums};
  };
  auto setup = std::make_shared<Setup>();
  return {"push", [=](Run& run) {
            measure(
                run, producers, items, setup->sums, [&] { setup->batcher.push(3); },
                [&] { setup->batcher.drain(poolder::infinity); });
          }};
}

Subject poolder_push_all(std::size_t producers, std::size_t items) {
  struct Setup {
    Sums sums;
    poolder::Runtime runtime;
    poolder::Batcher<Summing> batcher{runtime, &sums};
    std::vector<std::uint32_t> row = std::vector<std::uint32_t>(row_length, 3);
  };
  auto setup = std::make_shared<Setup>();
  return {"push_all of 50", [=](Run& run) {
            measure(
                run, producers, items, setup->sums, [&] { setup->batcher.push_all(setup->row); },
                [&] { setup->batcher.drain(poolder::infinity); }, row_length);
          }};
}

Subject mutex_batcher(std::size_t producers, std::size_t items) {
  struct Setup {
    Sums sums;
    MutexBatcher<std::uint32_t> batcher{limit, [this](std::vector<std::uint32_t>& batch) {
                                          for (const std::uint32_t each : batch) sums.sum += each;
                                          sums.items += batch.size();
                                        }};
  };
  auto setup = std::make_shared<Setup>();
  return {"mutex + cv", [=](Run& run) {
            measure(
                run, producers, items, setup->sums, [&] { setup->batcher.push(3); },
                [&] { setup->batcher.drain(); });
          }};
}

}  // namespace

void batcher(Session& session) {
  const std::size_t items = session.scaled(5'000'000) / row_length * row_length;
  for (const std::size_t producers : {1u, 4u})
    session.compare(std::to_string(producers) + (producers == 1 ? " producer" : " producers"),
                    {poolder_batcher(producers, items), poolder_push_all(producers, items),
                     mutex_batcher(producers, items)});
}

}  // namespace bench
