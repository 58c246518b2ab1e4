#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "subjects.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct Ball {
  std::size_t left;  ///< times that it is still to cross
};

struct Player;

/// What both players know: where the other is to be found, and who waits for the end.
struct Match {
  poolder::Pool<Player>* to[2] = {nullptr, nullptr};
  Counter over;
};

struct Player {
  Player(Match* shared, int own_side) : match(shared), side(own_side) {}

  void handle_job(Ball ball) {
    ++hits;
    if (ball.left == 0) return match->over.hit();
    match->to[1 - side]->cast(Ball{ball.left - 1});
  }

  Match* match;
  int side;
  std::size_t hits = 0;
};

/// Two pools of one worker each.
struct Court {
  Court() : left(runtime, {.size = 1}, &match, 0), right(runtime, {.size = 1}, &match, 1) {
    match.to[0] = &left;
    match.to[1] = &right;
  }

  std::size_t take_hits(poolder::Pool<Player>& of) {
    return of.run([](Player& player) { return std::exchange(player.hits, 0); });
  }

  Match match;
  poolder::Runtime runtime;
  poolder::Pool<Player> left, right;
};

}  // namespace

Subject play_ping_pong(std::size_t rounds) {
  auto court = std::make_shared<Court>();
  return {"poolder", [=](Run& run) {
            court->match.over.expect_hits(1);
            const auto start = Clock::now();
            court->left.cast(Ball{2 * rounds - 1});
            court->match.over.wait();
            run.rate(rounds, seconds_since(start));
            expect_equal(court->take_hits(court->left), rounds, "hits on the left");
            expect_equal(court->take_hits(court->right), rounds, "hits on the right");
          }};
}

void ping_pong(Session& session) {
  session.compare("round trips", {play_ping_pong(session.scaled(1'000'000))});
}

}  // namespace bench
