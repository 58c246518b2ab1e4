// A pool and a class of our own under one supervisor: what fails is started again, together with
// what was built upon it.

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <poolder/poolder.hpp>

/// A class of ours: start(), stop(), and a way to say that it has failed.
class Feed {
 public:
  explicit Feed(std::string host) : host_(std::move(host)) {}

  void start() { std::printf("feed: connected to %s\n", host_.c_str()); }
  void stop() { std::printf("feed: closed\n"); }
  void on_failed(std::function<void(poolder::ExitReason)> say) { say_ = std::move(say); }

  void lose_connection() { say_({poolder::ExitReason::Kind::failed, "connection lost"}); }

 private:
  std::string host_;
  std::function<void(poolder::ExitReason)> say_;
};

struct Price {
  int cents;
};
struct Highest {};

struct Recorder {
  Recorder() { std::printf("recorder: begins\n"); }
  ~Recorder() { std::printf("recorder: ends\n"); }

  void handle_job(Price price) { highest = price.cents > highest ? price.cents : highest; }
  int handle_call(Highest) const { return highest; }

  int highest = 0;
};
using Recorders = poolder::Pool<Recorder>;

int main() {
  poolder::Runtime runtime;
  poolder::Supervisor app{
      runtime,
      {.name = "app", .strategy = poolder::Strategy::rest_for_one, .max_restarts = 1},
      poolder::child<Feed>("prices.example"),
      poolder::child<Recorders>(poolder::PoolOptions{.name = "recorders", .size = 1})};
  auto& recorders = app.get<Recorders>();
  recorders.cast(Price{250});
  std::printf("highest so far: %d\n", recorders.call(Highest{}));

  std::printf("-- the feed fails\n");
  app.get<Feed>().lose_connection();
  // A supervisor does one thing after another: this comes after the restart.
  app.start_child(poolder::child<Feed>(poolder::ChildOptions{.name = "spare"}, "spare.example"));
  std::printf("highest so far: %d\n", recorders.call(Highest{}));  // the same reference
  std::printf("children: %zu\n", app.count());

  std::printf("-- it fails once more than max_restarts allows\n");
  app.get<Feed>("spare").lose_connection();
  app.stop();  // waits for the end that has begun
  std::printf("running: %s\n", app.running() ? "yes" : "no");
  try {
    recorders.cast(Price{1});
  } catch (const poolder::Error& error) {
    std::printf("%s\n", error.what());
  }
}
