// Whom a supervisor restarts, stops and starts, in which order, and when it gives up: the same as
// OTP's own code, over random trees, strategies, intensities and failures.

#include "supervise/actor.hpp"
#include "supervise/otp_model.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

ExitReason::Kind kind_of(otp_model::Reason reason) {
  switch (reason) {
    case otp_model::Reason::normal:
      return ExitReason::Kind::normal;
    case otp_model::Reason::shutdown:
      return ExitReason::Kind::shutdown;
    case otp_model::Reason::killed:
      return ExitReason::Kind::killed;
    default:
      return ExitReason::Kind::failed;
  }
}

/// One tree, built twice: of the library's supervisors and of the model's.
struct Twins {
  explicit Twins(std::uint64_t seed) : runtime(seed), random(seed * 7919) {
    starts_well = [seed, this](const std::string& id, int start) {
      if (all_start) return true;
      return detail::Random::mix(seed + std::hash<std::string>{}(id)*31 +
                                 static_cast<std::uint64_t>(start)) %
                 4 !=
             0;
    };
    script.starts_well = starts_well;
  }

  template <class T>
  T draw(std::initializer_list<T> choices) {
    return *(choices.begin() + random.below(static_cast<std::uint32_t>(choices.size())));
  }
  Restart draw_restart() {
    return draw({Restart::permanent, Restart::permanent, Restart::transient, Restart::temporary});
  }

  ChildSpec add_actor(otp_model::Supervisor& parent) {
    auto object = make_object();
    parent.specs.push_back(object);
    return spec_of(*object);
  }
  std::shared_ptr<otp_model::Object> make_object() {
    auto object = std::make_shared<otp_model::Object>();
    object->id = "a" + std::to_string(++actors);
    object->restart = draw_restart();
    object->log = &expected;
    object->starts_well = starts_well;
    return object;
  }
  ChildSpec spec_of(const otp_model::Object& object) {
    return child<Actor>(ChildOptions{.restart = object.restart}, &script, object.id);
  }

  /// The model's options are drawn, and the library's are the same.
  SupervisorOptions draw_options(otp_model::Supervisor& model) {
    model.strategy = draw({Strategy::one_for_one, Strategy::one_for_all, Strategy::rest_for_one});
    model.intensity = random.below(5);
    model.period = draw({std::int64_t{1}, std::int64_t{2}, std::int64_t{5}});
    model.clock = [this] { return runtime.now().time_since_epoch() / 1s; };
    return {.strategy = model.strategy,
            .max_restarts = static_cast<int>(model.intensity),
            .period = std::chrono::seconds{model.period}};
  }

  ChildSpec add_supervisor(otp_model::Supervisor& parent, int depth) {
    auto model = std::make_shared<otp_model::Supervisor>();
    model->restart = draw_restart();
    model->parent = &parent;
    parent.specs.push_back(model);
    supervisors.push_back(model.get());
    const SupervisorOptions options = draw_options(*model);
    return child<Supervisor>(ChildOptions{.restart = model->restart}, options,
                             add_children(*model, depth));
  }
  std::vector<ChildSpec> add_children(otp_model::Supervisor& parent, int depth) {
    std::vector<ChildSpec> specs;
    for (std::uint32_t left = 1 + random.below(4); left > 0; --left)
      specs.push_back(depth > 0 && random.below(3) == 0 ? add_supervisor(parent, depth - 1)
                                                        : add_actor(parent));
    return specs;
  }

  void build(int depth) {
    supervisors.push_back(&top);
    const SupervisorOptions options = draw_options(top);
    const std::vector<ChildSpec> specs = add_children(top, depth);
    top.start();
    tree.emplace(runtime, options, specs);
    all_start = false;
  }

  /// A child somewhere in the tree that is alive; null: none is.
  std::pair<otp_model::Supervisor*, otp_model::Child> draw_alive() {
    std::vector<std::pair<otp_model::Supervisor*, otp_model::Child>> alive;
    for (otp_model::Supervisor* each : supervisors)
      if (each->running)
        for (const otp_model::Child& child : each->children())
          if (child->pid == otp_model::Pid::alive &&
              std::dynamic_pointer_cast<otp_model::Object>(child))
            alive.emplace_back(each, child);
    return alive.empty() ? std::pair<otp_model::Supervisor*, otp_model::Child>{}
                         : alive[random.below(static_cast<std::uint32_t>(alive.size()))];
  }

  void fail_one() {
    const auto [parent, victim] = draw_alive();
    if (!victim) return;
    const auto reason =
        draw({otp_model::Reason::failed, otp_model::Reason::failed, otp_model::Reason::killed,
              otp_model::Reason::normal, otp_model::Reason::shutdown});
    parent->exits(victim, reason);
    script.fail(victim->id, kind_of(reason));
  }

  void settle() {
    runtime.run_until_idle();
    for (bool more = true; more;) {
      more = false;
      for (otp_model::Supervisor* each : supervisors) more |= each->receive();
    }
  }

  void start_child() {
    if (!top.running) return;
    const auto object = make_object();
    const bool succeeds = top.start_child(object);
    bool did = true;
    try {
      tree->start_child(spec_of(*object));
    } catch (const Planned&) {
      did = false;
    }
    EXPECT_EQ(did, succeeds);
  }

  void terminate_child() {
    if (!top.running) return;
    std::vector<otp_model::Child> known;
    for (const otp_model::Child& each : top.children())
      if (!each->id.empty()) known.push_back(each);
    if (known.empty()) return;
    const auto victim = known[random.below(static_cast<std::uint32_t>(known.size()))];
    top.terminate_child(victim);
    tree->terminate_child(victim->id);
  }

  void expect_equal() {
    ASSERT_EQ(script.log, expected);
    ASSERT_EQ(tree->running(), top.running);
    ASSERT_EQ(tree->count(), top.count()) << testing::PrintToString(expected) << top.running;
  }

  SimulatedRuntime runtime;
  detail::Random random;
  bool all_start = true;
  int actors = 0;
  std::function<bool(const std::string&, int)> starts_well;
  Script script;
  otp_model::Log expected;
  otp_model::Supervisor top;
  std::vector<otp_model::Supervisor*> supervisors;
  std::optional<Supervisor> tree;
};

TEST(SupervisorAsInOtp, SeveralFailuresAtOnceInOneSupervisor) {
  for_each_seed(
      [](std::uint64_t seed) {
        Twins twins{seed};
        twins.build(0);

        for (int step = 0; step < 20 && twins.top.running; ++step) {
          switch (twins.random.below(8)) {
            case 0:
              twins.start_child();
              break;
            case 1:
              twins.terminate_child();
              break;
            case 2:
              twins.runtime.advance(std::chrono::seconds{twins.random.below(4)});
              break;
            default:
              for (std::uint32_t left = 1 + twins.random.below(3); left > 0; --left)
                twins.fail_one();
          }
          twins.settle();
          ASSERT_NO_FATAL_FAILURE(twins.expect_equal());
        }
        twins.top.stop();
        twins.tree->stop();

        twins.expect_equal();
      },
      3 * seeds);
}

TEST(SupervisorAsInOtp, SupervisorsUnderSupervisors) {
  for_each_seed(
      [](std::uint64_t seed) {
        Twins twins{seed};
        twins.build(2);

        for (int step = 0; step < 20 && twins.top.running; ++step) {
          if (twins.random.below(4) == 0)
            twins.runtime.advance(std::chrono::seconds{twins.random.below(4)});
          twins.fail_one();
          twins.settle();
          ASSERT_NO_FATAL_FAILURE(twins.expect_equal());
        }
        twins.top.stop();
        twins.tree->stop();

        twins.expect_equal();
      },
      3 * seeds);
}

}  // namespace
