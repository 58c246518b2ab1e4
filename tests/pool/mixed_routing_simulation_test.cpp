// Everything at once: each routing on one pool, with crashes, kills, resizes, pauses, timeouts and
// callers that give up, from several senders at once, which may have to wait for room. Whatever
// happens, each message is handled or accounted for.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

constexpr std::uint64_t many_seeds = 10'000;

struct Job {
  int number;
  Duration takes;
  bool crashes;
};
struct Question {
  int number;
  Duration takes;
};

struct Poll {};

struct Log {
  std::map<int, int> handled;  // attempts that ended well
  std::map<int, int> begun;
};

struct Mixed {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 1ms},
                                         .on_failure = OnFailure::restart};
  explicit Mixed(Log* its_log) : log(its_log) {}

  void handle_job(const Job& job, Context& context) {
    const Alone alone{busy};
    ++log->begun[job.number];
    if (job.takes > 0ns) context.sleep(job.takes);
    if (job.crashes && context.attempt() == 1) throw Planned{};
    ++log->handled[job.number];
  }
  int handle_call(const Question& question, Context& context) {
    const Alone alone{busy};
    ++log->begun[question.number];
    if (question.takes > 0ns) context.sleep(question.takes);
    ++log->handled[question.number];
    return question.number;
  }
  std::size_t handle_call(const Poll&, Context& context) {
    const Alone alone{busy};
    return context.index();
  }

  Log* log;
  bool busy = false;
};

/// One of several that send at the same time.
struct Sender {
  void handle_job(const std::function<void()>& act) { act(); }
};

/// One run of the whole: what is done at random, and what must hold.
class Mix {
 public:
  explicit Mix(std::uint64_t seed)
      : random_(seed * 7919),
        runtime_(seed),
        capacity_(random_.below(2) == 0 ? 1 + random_.below(6) : unlimited),
        pool_(runtime_,
              {.size = 1 + random_.below(4),
               .dynamic = true,
               .queue = queue(),
               .restart = lenient,
               .inline_calls = random_.below(2) == 0},
              &log_),
        senders_(runtime_, PoolOptions{.size = 3, .routing = Routing::random}) {}

  void run() {
    for (int step = 0; step < 60; ++step) {
      act();
      runtime_.run_until_idle();
      expect_nobody_idle_while_something_waits();
      if (random_.below(3) == 0) runtime_.advance(random_.below(4'000) * 1us);
    }
    if (paused_) pool_.resume();
    EXPECT_TRUE(senders_.drain(1h)) << "somebody waits for room for ever";
    EXPECT_TRUE(pool_.drain(1h));
    expect_all_accounted_for();
  }

 private:
  QueueOptions queue() {
    QueueOptions options{.order = random_.below(3) == 0 ? QueueOrder::lifo : QueueOrder::fifo};
    options.capacity = capacity_;
    constexpr OnFull kinds[] = {OnFull::reject, OnFull::drop_oldest, OnFull::block};
    options.on_full = kinds[random_.below(3)];
    blocks_ = options.on_full == OnFull::block;
    if (random_.below(4) == 0) options.max_wait = 3ms;
    return options;
  }

  Route any_route() {
    switch (random_.below(11)) {
      case 9:
        return Routing::monotonic;
      case 10:
        return [drawn = random_.below(12)](std::size_t size) { return drawn % size; };
      case 0:
        return Routing::round_robin;
      case 1:
        return Routing::random;
      case 2:
        return Routing::least_loaded;
      case 3:
        return Routing::next_available;
      case 4:
        return Route::index(any_slot());
      case 5:
        return Route::hash(random_.below(5));
      case 6:
        return pool_.worker(any_slot());
      default:
        return Routing::available;
    }
  }
  std::size_t any_slot() { return random_.below(static_cast<std::uint32_t>(pool_.size())); }
  Duration some_time() { return random_.below(3) == 0 ? random_.below(5'000) * 1us : 0ns; }

  void act() {
    switch (random_.below(16)) {
      case 14:
        return send([this] { run_alone(); });
      case 15:
        return send([this] { poll(); });
      case 0:
        return pool_.kill(pool_.worker(any_slot()));
      case 1:
        return pool_.resize(1 + random_.below(5));
      case 2:
        paused_ ? pool_.resume() : pool_.pause();
        paused_ = !paused_;
        return;
      case 3:
      case 4:
        return send([this] { ask(); });
      case 5:
        return send([this] { call(); });
      default:
        return send([this] {
          const Route route = any_route();
          for (auto left = 1 + random_.below(4); left > 0; --left) cast(route);
        });
    }
  }

  // Who has nobody beside him must not wait for a paused pool to make room.
  void send(std::function<void()> act) {
    if (random_.below(2) == 0 && !(paused_ && blocks_)) return act();
    senders_.cast(std::move(act));
  }

  void cast(const Route& route) {
    const Job job{++last_, some_time(), random_.below(4) == 0};
    try {
      pool_.cast(job, route);
      known_.push_back(job.number);
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::no_worker || error.code() == ErrorCode::queue_full ||
                  error.code() == ErrorCode::worker_down ||
                  error.code() == ErrorCode::invalid_argument)  // an index that is no more
          << error.what();
      refused_.push_back(job.number);
    }
  }

  // A request whose answer is looked at in the end, or not at all.
  void ask() {
    const Question question{++last_, some_time()};
    CallOptions options{.timeout = 1h, .route = any_route()};
    if (random_.below(4) == 0) options.timeout = random_.below(6'000) * 1us;
    if (random_.below(2) == 0) options.worker_timeout = random_.below(3'000) * 1us;
    auto reply = pool_.send_request(question, options);
    if (random_.below(4) == 0) reply.cancel();
    asked_.push_back({question.number, std::move(reply)});
  }

  // The caller gives up after a while.
  void call() {
    const Question question{++last_, some_time()};
    const CallOptions options{.timeout = random_.below(6'000) * 1us,
                              .route = any_route(),
                              .worker_timeout = random_.below(3'000) * 1us};
    try {
      EXPECT_EQ(pool_.call(question, options), question.number);
      EXPECT_EQ(log_.handled[question.number], 1);
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::stopped);
      if (never_begins(error)) refused_.push_back(question.number);
    }
  }

  void run_alone() {
    ++last_;
    try {
      pool_.run([](Mixed& worker) { const Alone alone{worker.busy}; },
                {.timeout = random_.below(6'000) * 1us, .route = any_route()});
    } catch (const Error& error) {
      EXPECT_NE(error.code(), ErrorCode::stopped);
    }
  }

  void poll() {
    last_ += static_cast<int>(pool_.size());
    auto replies = pool_.broadcall(Poll{}, {.timeout = random_.below(6'000) * 1us});
    for (std::size_t i = 0; i < replies.size(); ++i)
      if (replies[i]) {
        EXPECT_LT(replies[i].value(), 5u);
      }
  }

  void expect_nobody_idle_while_something_waits() {
    const PoolStats stats = pool_.stats();
    const std::size_t waiting = stats.shared_length;
    EXPECT_LE(stats.queue_length, static_cast<std::size_t>(last_));
    // What comes back for another attempt is queued whether there is room or not.
    if (capacity_ != unlimited) {
      EXPECT_LE(waiting, capacity_ + stats.retried);
    }
    if (waiting == 0 || paused_) return;
    for (const WorkerStats& each : stats.workers)
      EXPECT_TRUE(each.busy) << waiting << " wait, and worker " << each.index << " is idle";
  }

  void expect_all_accounted_for() {
    for (const int number : refused_) EXPECT_EQ(log_.begun.count(number), 0u);
    for (const auto& [number, times] : log_.handled) EXPECT_LE(times, 1) << number;
    for (const auto& [number, times] : log_.begun) EXPECT_LE(times, 2) << number;
    std::uint64_t lost = 0;
    for (const int number : known_) lost += log_.handled[number] == 0 ? 1 : 0;
    for (auto& [number, reply] : asked_) {
      ASSERT_TRUE(reply.ready()) << number;
      try {
        EXPECT_EQ(reply.get(0s), number);
        EXPECT_EQ(log_.handled[number], 1);
      } catch (const Error& error) {
        EXPECT_TRUE(!never_begins(error) || log_.begun.count(number) == 0)
            << number << error.what();
      }
    }
    EXPECT_LE(lost, pool_.stats().dropped) << "a job that was not handled counts as dropped";
    EXPECT_EQ(pool_.stats().queue_length, 0u);
  }

  static bool never_begins(const Error& error) {
    return error.code() == ErrorCode::cancelled || error.code() == ErrorCode::no_worker ||
           error.code() == ErrorCode::queue_full ||
           std::string_view(error.what()).find("no worker was free") != std::string_view::npos;
  }

  struct Asked {
    int number;
    Future<int> reply;
  };

  Random random_;
  SimulatedRuntime runtime_;
  Log log_;
  const std::size_t capacity_;
  bool blocks_ = false;
  Pool<Mixed> pool_;
  Pool<Sender> senders_;
  bool paused_ = false;
  int last_ = 0;
  std::vector<int> known_, refused_;
  std::vector<Asked> asked_;
};

/// An eighth of them each, so that no test takes long.
class MixedRouting : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Eighths, MixedRouting, testing::Values(0, 1, 2, 3, 4, 5, 6, 7));

TEST_P(MixedRouting, HandlesEachMessageOnceOrAccountsForIt) {
  for_each_seed([](std::uint64_t seed) { Mix{seed + GetParam() * many_seeds / 8}.run(); },
                many_seeds / 8);
}

}  // namespace
