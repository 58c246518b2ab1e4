// A factory: workers of several classes in named groups, started and ended one by one.

#include <cstdio>
#include <future>
#include <stdexcept>
#include <string>

#include <poolder/poolder.hpp>

struct Price {
  int cents;
};
struct Ask {};
struct Drop {};

// Keeps a price. One that drops what it carries is made anew.
struct Seller {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  explicit Seller(std::string its_name) : name(std::move(its_name)) {}
  void handle_job(const Price& news) { price = news.cents; }
  void handle_job(Drop) { throw std::runtime_error("dropped everything"); }
  std::string handle_call(Ask) { return name + " sells at " + std::to_string(price); }

  std::string name;
  int price = 100;
};

// Has no handler for prices.
struct Guard {
  std::string handle_call(Ask) { return "all quiet"; }
};

int main() {
  poolder::Runtime runtime;
  poolder::FactoryPool factory{runtime, {.name = "market"}};
  const auto anna = factory.start_child<Seller>("fruit", "Anna");
  const auto bert = factory.start_child<Seller>("fruit", "Bert");
  const auto carl = factory.start_child<Guard>("fruit");
  const auto dora = factory.start_child<Seller>("fish", "Dora");

  // To one, to one of a group, and to all of a group that can handle it.
  factory.cast(anna, Price{90});
  std::printf("%s\n", factory.call(anna, Ask{}).c_str());
  std::printf("%s\n", factory.call("fruit", carl, Ask{}).c_str());
  std::printf("%zu of %zu were told\n", factory.broadcast("fruit", Price{80}),
              factory.count("fruit"));
  std::printf("%s\n", factory.call(bert, Ask{}).c_str());
  try {
    factory.call("fruit", dora, Ask{});
  } catch (const poolder::Error& error) {
    std::printf("%s\n", error.what());
  }

  // Who ends leaves its group at once.
  factory.terminate(anna.pid());
  std::printf("fruit: %zu, fish: %zu\n", factory.count("fruit"), factory.count("fish"));
  try {
    factory.call(anna, Ask{});
  } catch (const poolder::Error& error) {
    std::printf("%s\n", error.what());
  }

  // Who crashes has a successor in the same group, under another pid.
  std::promise<std::string> why;
  const auto watch = runtime.monitor(
      bert.pid(),
      [&](poolder::Pid, const poolder::ExitReason& reason) { why.set_value(reason.what); });
  factory.cast(bert, Drop{});
  std::printf("Bert ended: %s\n", why.get_future().get().c_str());
  std::printf("fruit: %zu, %s\n", factory.count("fruit"),
              bert.alive() ? "he himself" : "somebody in his place");

  std::printf("ended: %zu\n", factory.terminate_group("fruit"));
  for (const std::string& group : factory.groups()) std::printf("left: %s\n", group.c_str());
}
