#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <caf/all.hpp>

#include "../../harness/counter.hpp"
#include "../../harness/process.hpp"
#include "../../workloads/calls.hpp"
#include "../../workloads/producers.hpp"
#include "../../workloads/resting.hpp"
#include "../../workloads/skewed.hpp"
#include "../../workloads/waking.hpp"
#include "../peers.hpp"

namespace bench {

namespace {

/// An actor system with so many threads. Ends when no actor is referred to any more.
class System {
 public:
  explicit System(std::size_t threads = processors()) {
    config_.set("scheduler.max-threads", static_cast<std::int64_t>(threads));
    system_ = std::make_unique<caf::actor_system>(config_);
  }
  caf::actor_system& operator*() { return *system_; }

  template <class... Args>
  std::vector<caf::actor> spawn(std::size_t count, const Args&... args) {
    std::vector<caf::actor> actors;
    actors.reserve(count);
    for (std::size_t i = 0; i < count; ++i) actors.push_back(system_->spawn(args...));
    return actors;
  }

 private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
};

/// The next of them at each call.
class InTurn {
 public:
  explicit InTurn(const std::vector<caf::actor>& actors) : actors_(&actors) {}
  const caf::actor& next() {
    if (next_ == actors_->size()) next_ = 0;
    return (*actors_)[next_++];
  }

 private:
  const std::vector<caf::actor>* actors_;
  std::size_t next_ = 0;
};

caf::behavior tally(caf::event_based_actor*, Counter* counter) {
  return {[counter](std::uint32_t) { counter->hit(); }};
}

struct Tallies {
  explicit Tallies(std::size_t workers)
      : actors(system.spawn(workers, &tally, static_cast<Counter*>(&counter))) {}

  Counter counter;
  System system;
  std::vector<caf::actor> actors;
};

Subject cast_to_actors(const CastWork& work) {
  auto on = std::make_shared<Tallies>(work.workers);
  return {{}, [=](Run& run) {
            on->counter.expect_hits(work.jobs);
            const auto produce = [&](std::size_t share) {
              InTurn to{on->actors};
              for (std::size_t i = 0; i < share; ++i)
                caf::anon_send(to.next(), static_cast<std::uint32_t>(i));
            };
            const double seconds =
                time_producers(work.producers, work.jobs, produce, [&] { on->counter.wait(); });
            expect_equal(on->counter.hits(), work.jobs, "messages handled");
            run.rate(work.jobs, seconds);
          }};
}

/// Sends as many messages as it is told to.
caf::behavior filler(caf::event_based_actor* self, const std::vector<caf::actor>* actors) {
  return {[=](std::uint64_t jobs) {
    InTurn to{*actors};
    for (std::uint64_t i = 0; i < jobs; ++i) self->send(to.next(), static_cast<std::uint32_t>(i));
  }};
}

Subject cast_from_actor(const CastWork& work) {
  auto on = std::make_shared<Tallies>(work.workers);
  return {
      {}, [=](Run& run) {
        const caf::actor by =
            (*on->system).spawn(&filler, static_cast<const std::vector<caf::actor>*>(&on->actors));
        on->counter.expect_hits(work.jobs);
        const auto start = Clock::now();
        caf::anon_send(by, std::uint64_t{work.jobs});
        on->counter.wait();
        run.rate(work.jobs, seconds_since(start));
        expect_equal(on->counter.hits(), work.jobs, "messages handled");
      }};
}

caf::behavior answerer(caf::event_based_actor*) {
  return {[](std::uint64_t value) { return value + 1; }};
}

template <class Answer, class Message>
Answer request(caf::scoped_actor& self, const caf::actor& to, Message message) {
  Answer answer{};
  self->request(to, caf::infinite, message)
      .receive([&](Answer value) { answer = value; },
               [](const caf::error&) { throw WrongResult{"an actor did not answer"}; });
  return answer;
}

Subject call_actors(const CallWork& work) {
  struct Answerers {
    explicit Answerers(std::size_t workers) : actors(system.spawn(workers, &answerer)) {}
    System system;
    std::vector<caf::actor> actors;
  };
  auto on = std::make_shared<Answerers>(work.workers);
  return {{}, [=](Run& run) {
            measure_calls(run, work.callers, work.span, [&] {
              return [to = InTurn{on->actors}, self = std::make_unique<caf::scoped_actor>(
                                                   *on->system)](std::uint64_t value) mutable {
                return request<std::uint64_t>(*self, to.next(), value);
              };
            });
          }};
}

struct Game {
  Counter over;
  std::size_t hits = 0;
};

caf::behavior player(caf::event_based_actor* self, Game* game) {
  auto other = std::make_shared<caf::actor>();
  return {[=](const caf::actor& opponent) { *other = opponent; },
          [=](std::uint64_t left) {
            ++game->hits;
            if (left == 0) return game->over.hit();
            self->send(*other, left - 1);
          }};
}

Subject actors_play(const Count& rounds) {
  auto game = std::make_shared<Game>();
  auto system = std::make_shared<System>();
  return {{}, [=](Run& run) {
            game->hits = 0;
            game->over.expect_hits(1);
            auto players = system->spawn(2, &player, game.get());
            caf::anon_send(players[0], players[1]);
            caf::anon_send(players[1], players[0]);
            const auto start = Clock::now();
            caf::anon_send(players[0], std::uint64_t{2 * rounds.number - 1});
            game->over.wait();
            run.rate(rounds.number, seconds_since(start));
            expect_equal(game->hits, 2 * rounds.number, "hits");
            for (const caf::actor& each : players)
              caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
          }};
}

void spawn_actors(std::size_t workers, Run& run) {
  const auto each = static_cast<double>(workers);
  System system;
  system.spawn(100, &answerer).clear();
  const double before = resident_bytes();
  auto start = Clock::now();
  auto actors = system.spawn(workers, &answerer);
  run.record("spawn, each", Unit::nanoseconds, nanoseconds_since(start) / each);
  run.record("memory, each", Unit::bytes, (resident_bytes() - before) / each);
  {
    caf::scoped_actor self{*system};
    expect_equal(request<std::uint64_t>(self, actors.back(), std::uint64_t{1}), std::uint64_t{2},
                 "the last one's answer");
  }
  start = Clock::now();
  actors.clear();
  (*system).await_all_actors_done();
  run.record("stop, each", Unit::nanoseconds, nanoseconds_since(start) / each);
}

caf::behavior stamper(caf::event_based_actor*, Clock::time_point** woke, Counter** done) {
  return {[=](std::uint32_t) {
    **woke = Clock::now();
    (*done)->hit();
  }};
}

struct IdleActor {
  void post(Clock::time_point* woke_at, Counter* hit) {
    woke = woke_at;
    done = hit;
    caf::anon_send(actors.front(), std::uint32_t{1});
  }

  Clock::time_point* woke = nullptr;
  Counter* done = nullptr;
  System system;
  std::vector<caf::actor> actors = system.spawn(1, &stamper, &woke, &done);
};

caf::behavior worker(caf::event_based_actor*) {
  return {[](bool slow) {
    skewed_work(slow);
    return true;
  }};
}

Subject skew_actors(const Count& calls) {
  return {{}, [=](Run& run) {
            System system{skewed_workers};
            const auto actors = system.spawn(skewed_workers, &worker);
            std::vector<float> latencies = skewed_calls(calls.number, [&] {
              return [&actors, self = std::make_unique<caf::scoped_actor>(*system)](
                         std::size_t i, bool slow) mutable {
                expect(request<bool>(*self, actors[i % actors.size()], slow), "an answer");
              };
            });
            run.latencies(latencies);
          }};
}

Subject rest_with_actors(const std::chrono::milliseconds& span) {
  return {{}, [=](Run& run) {
            System system;
            const auto actors = system.spawn(100, &answerer);
            {
              caf::scoped_actor self{*system};
              for (const caf::actor& each : actors)
                request<std::uint64_t>(self, each, std::uint64_t{1});
            }
            rest(span, run);
          }};
}

}  // namespace

Peer caf_peer() {
  Peer peer{
      "CAF",
      std::to_string(CAF_MAJOR_VERSION) + "." + std::to_string(CAF_MINOR_VERSION) + "." +
          std::to_string(CAF_PATCH_VERSION),
      "event-based actors in turn, anon_send and send; calls by a scoped_actor's request; the "
      "stealing scheduler, as it comes"};
  peer.cast = &cast_to_actors;
  peer.cast_to_few = &cast_to_actors;
  peer.cast_inside = &cast_from_actor;
  peer.call = &call_actors;
  peer.ping_pong = &actors_play;
  peer.spawn = [](const Count& workers) {
    return Subject{{}, [workers](Run& run) { spawn_actors(workers.number, run); }};
  };
  peer.wake = [](const Count& samples) {
    return wake_up<IdleActor>({}, static_cast<int>(samples.number));
  };
  peer.skew = &skew_actors;
  peer.idle = &rest_with_actors;
  return peer;
}

}  // namespace bench
