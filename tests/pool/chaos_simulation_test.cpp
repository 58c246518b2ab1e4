// Everything at once, drawn from the seed, and an account of every message at the end.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

constexpr int max_attempts = 3;

/// Fails its first so many attempts, at once; then takes its time.
struct Job {
  int id;
  int failures;
  Duration takes;
  bool exits;
};
struct Ask {
  int id;
  bool throws;
  Duration takes;
};
struct Client {
  int first_id;
};

struct Ledger {
  std::uint64_t accepted = 0;                        // by who sent them
  std::uint64_t attempts_failed = 0, exhausted = 0;  // by handlers, which no kill interrupts there
  std::uint64_t threw = 0;
  std::map<int, int> began, last_attempt, finished;
};

int answer_to(int id) { return id * 7 + 3; }

struct Worker {
  static constexpr WorkerOptions options{.retry = {.max_attempts = max_attempts, .backoff = 2us},
                                         .on_failure = OnFailure::restart};

  explicit Worker(Ledger* its_ledger) : ledger(its_ledger) {}

  Next handle_job(const Job& job, Context& context) {
    const Alone alone{busy};
    ++ledger->began[job.id];
    EXPECT_EQ(ledger->last_attempt[job.id] + 1, context.attempt()) << "job " << job.id;
    ledger->last_attempt[job.id] = context.attempt();
    if (context.attempt() <= job.failures) {
      ++ledger->attempts_failed;
      ledger->exhausted += context.attempt() == max_attempts;
      throw Planned{};
    }
    if (job.takes > Duration{0}) context.sleep(job.takes);
    ++ledger->finished[job.id];
    return job.exits ? poolder::exit() : proceed();
  }

  int handle_call(const Ask& ask, Context& context) {
    const Alone alone{busy};
    ++ledger->began[ask.id];
    if (ask.throws) {
      ++ledger->threw;
      throw Planned{};
    }
    if (ask.takes > Duration{0}) context.sleep(ask.takes);
    ++ledger->finished[ask.id];
    return answer_to(ask.id);
  }

  Ledger* ledger;
  bool busy = false;
};

/// Whether an error is one that the caller of a pool in chaos must expect.
bool is_expected(std::optional<ErrorCode> code) {
  using enum ErrorCode;
  return code == timeout || code == stopped || code == worker_down || code == queue_full ||
         code == cancelled || code == would_deadlock;
}

PoolOptions draw_options(detail::Random& random) {
  PoolOptions options{.size = 1 + random.below(4), .dynamic = true, .call_timeout = 20us};
  options.routing = static_cast<Routing>(random.below(3));
  options.restart = lenient;
  if (random.below(8) == 0) options.restart.max_restarts = static_cast<int>(random.below(4));
  options.shutdown = Duration{random.below(2) * 5'000};
  options.inline_calls = random.below(3) == 0;
  if (random.below(2) == 0) options.queue.order = QueueOrder::lifo;
  if (random.below(2) == 0) options.queue.capacity = 1 + random.below(4);
  options.queue.on_full = static_cast<OnFull>(random.below(3));
  if (random.below(4) == 0) options.queue.max_wait = 8us;
  return options;
}

class Chaos {
 public:
  explicit Chaos(std::uint64_t seed)
      : random(seed),
        options(draw_options(random)),
        runtime(seed),
        pool(runtime, options, &ledger) {}

  int new_id() { return ++last_id; }
  Duration short_time() { return Duration{random.below(10'000)}; }
  Job job() {
    return {new_id(), random.below(3) == 0 ? 1 + static_cast<int>(random.below(3)) : 0,
            random.below(2) == 0 ? short_time() : 0ns, random.below(10) == 0};
  }
  Ask ask() { return {new_id(), random.below(6) == 0, random.below(2) == 0 ? short_time() : 0ns}; }
  Pid anyone() { return pool.worker(random.below(static_cast<std::uint32_t>(pool.size()))); }

  Route route() {
    switch (random.below(3)) {
      case 0:
        return Route::index(random.below(static_cast<std::uint32_t>(pool.size())));
      case 1:
        return anyone();
      default:
        return Route::hash(random.next());
    }
  }

  /// A cast or a request that is refused was not accepted; how is checked.
  template <class F>
  void accept(F&& send) {
    const auto refused = error_of(send);
    EXPECT_TRUE(!refused || is_expected(refused)) << to_string(*refused);
    ledger.accepted += !refused;
  }

  /// `refused`: it never entered a queue. Some errors do not say.
  void account(std::optional<ErrorCode> code) {
    const bool may_wait =
        options.queue.capacity != unlimited && options.queue.on_full == OnFull::block;
    const bool rejects = options.queue.on_full == OnFull::reject;
    const bool refused =
        code == ErrorCode::would_deadlock || (code == ErrorCode::queue_full && rejects);
    ledger.accepted += !refused;
    unsure += code == ErrorCode::stopped || (code == ErrorCode::timeout && may_wait);
  }

  void call(const Ask& request) {
    try {
      EXPECT_EQ(pool.call(request, {.timeout = short_time()}), answer_to(request.id));
      account({});
    } catch (const Planned&) {
      EXPECT_TRUE(request.throws);
      account({});
    } catch (const Error& error) {
      EXPECT_TRUE(is_expected(error.code())) << error.what();
      account(error.code());
    }
  }

  void request() {
    const Ask request = ask();
    Future<int> future = pool.send_request(request);
    if (future.ready()) return account(settle(request, std::move(future)));
    ++ledger.accepted;
    futures.emplace_back(request, std::move(future));
  }

  void cancel() {
    if (futures.empty()) return;
    auto& [request, future] = futures[random.below(static_cast<std::uint32_t>(futures.size()))];
    ledger.accepted -= future.cancel();
  }

  void step() {
    switch (random.below(17)) {
      case 0:
      case 1:
      case 2:
        accept([&] { pool.cast(job()); });
        break;
      case 3:
        accept([&] { pool.cast(job(), route()); });
        break;
      case 4:
        ledger.accepted += pool.try_cast(job());
        break;
      case 5:
        call(ask());
        break;
      case 6:
      case 7:
        request();
        break;
      case 8:
        pool.kill(anyone());
        break;
      case 9:
        pool.resize(1 + random.below(5));
        break;
      case 10:
        pool.pause();
        break;
      case 11:
      case 12:
        pool.resume();
        break;
      case 13:
        (void)pool.drain(short_time());
        break;
      case 14:
        runtime.advance(short_time());
        break;
      case 15:
        cancel();
        break;
      default:
        runtime.run_until_idle();
    }
  }

  // Every request has one answer, its own.
  std::optional<ErrorCode> settle(const Ask& request, Future<int> future) {
    try {
      EXPECT_EQ(future.get(), answer_to(request.id));
    } catch (const Planned&) {
      EXPECT_TRUE(request.throws);
    } catch (const Error& error) {
      EXPECT_TRUE(is_expected(error.code())) << error.what();
      return error.code();
    }
    return std::nullopt;
  }

  detail::Random random;
  const PoolOptions options;
  Ledger ledger;
  SimulatedRuntime runtime;
  Pool<Worker> pool;
  std::vector<std::pair<Ask, Future<int>>> futures;
  int last_id = 0;
  std::uint64_t unsure = 0;
};

void expect_balance(Chaos& chaos) {
  const PoolStats stats = chaos.pool.stats();
  const Ledger& ledger = chaos.ledger;
  for (const auto& [id, times] : ledger.finished) EXPECT_EQ(times, 1) << "message " << id;
  for (const auto& [id, times] : ledger.began) EXPECT_LE(times, max_attempts) << "message " << id;
  EXPECT_EQ(stats.failed, ledger.exhausted + ledger.threw);
  EXPECT_EQ(stats.retried, ledger.attempts_failed - ledger.exhausted);
  EXPECT_EQ(stats.queue_length, 0u);

  const std::uint64_t accounted = stats.processed + stats.dropped + ledger.threw;
  EXPECT_LE(accounted, ledger.accepted);
  EXPECT_GE(accounted + chaos.unsure, ledger.accepted);
}

TEST(PoolChaos, EveryMessageIsAccountedFor) {
  std::uint64_t exact = 0;

  for_each_seed(
      [&](std::uint64_t seed) {
        Chaos chaos{seed};
        try {
          for (int i = 0; i < 60; ++i) chaos.step();
          if (chaos.random.below(2) == 0) {
            chaos.pool.resume();
            EXPECT_TRUE(chaos.pool.drain(1s));
            EXPECT_EQ(chaos.pool.stats().queue_length, 0u);
          }
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::stopped);  // it gave up: too many restarts
        }
        chaos.pool.stop();
        chaos.runtime.advance(1ms);

        expect_balance(chaos);
        exact += chaos.unsure == 0;
        for (auto& [request, future] : chaos.futures) {
          EXPECT_TRUE(future.ready());
          (void)chaos.settle(request, std::move(future));
        }
      },
      3 * seeds);

  EXPECT_GT(exact, seeds);
}

}  // namespace
