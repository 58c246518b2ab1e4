#include <algorithm>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct Item {
  std::uint64_t value;
};

class Hoarder;

/// Queue so many items, then process them; so many times.
struct Hoard {
  std::size_t items, rounds;
  poolder::Pool<Hoarder>* self;
  Counter* done;
};

/// Fills its own queue and empties it: one thread, no waking, whatever the length.
class Hoarder {
 public:
  void handle_job(const Hoard& hoard) {
    if (hoard.rounds == 0) return hoard.done->hit();
    for (std::size_t i = 0; i < hoard.items; ++i) hoard.self->cast(Item{i});
    if (measures_memory_) held_ = resident_bytes();
    hoard.self->cast(Hoard{hoard.items, hoard.rounds - 1, hoard.self, hoard.done});
  }
  void handle_job(Item item) { sum_ += item.value; }

  void measure_memory() { measures_memory_ = true; }
  std::uint64_t sum() const { return sum_; }
  double held() const { return held_; }

 private:
  bool measures_memory_ = false;
  std::uint64_t sum_ = 0;
  double held_ = 0;
};

struct Held {
  double nanoseconds, bytes;  ///< for each item
};

Held hoard(std::size_t items, std::size_t rounds, bool memory) {
  Counter done;
  poolder::Runtime runtime;
  poolder::Pool<Hoarder> pool{runtime, {.size = 1}};
  if (memory) pool.run([](Hoarder& hoarder) { hoarder.measure_memory(); });
  const double before = resident_bytes();
  done.expect_hits(1);
  const auto start = Clock::now();
  pool.cast(Hoard{items, rounds, &pool, &done});
  done.wait();
  const double all = static_cast<double>(items) * static_cast<double>(rounds);
  const double nanoseconds = nanoseconds_since(start) / all;
  expect_equal(pool.run([](Hoarder& hoarder) { return hoarder.sum(); }),
               std::uint64_t{rounds} * items * (items - 1) / 2, "the sum of the items");
  const double held = pool.run([](Hoarder& hoarder) { return hoarder.held(); });
  return {nanoseconds, (held - before) / static_cast<double>(items)};
}

}  // namespace

// Each message is of 8 bytes; the memory is with the queue full.
void many_messages(Session& session) {
  const std::size_t least = session.scaled(2'000'000);
  for (const std::size_t items :
       {1u, 10u, 100u, 1'000u, 10'000u, 100'000u, 1'000'000u, 10'000'000u}) {
    const std::size_t queued = session.scaled(items);
    session.compare(std::to_string(items) + " queued",
                    {{"poolder",
                      [=](Run& run) {
                        // Memory first: later it would come from what the allocator kept.
                        if (queued >= 100'000)
                          run.record("memory, each", Unit::bytes, hoard(queued, 1, true).bytes);
                        const std::size_t rounds = std::max<std::size_t>(1, least / queued);
                        run.record("send + process", Unit::nanoseconds,
                                   hoard(queued, rounds, false).nanoseconds);
                      }}},
                    Runs::on_its_own);
  }
}

}  // namespace bench
