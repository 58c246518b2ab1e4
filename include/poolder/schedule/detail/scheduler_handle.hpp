#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/schedule/job.hpp>
#include <poolder/schedule/job_stats.hpp>
#include <poolder/schedule/options.hpp>
#include <poolder/worker/outcome.hpp>

namespace poolder::detail {

class SchedulerCore;

/// A job that was added while running. Throws what the user's function throws.
using JobFunction = std::function<ScheduleNext(Context&)>;

/// Constructs definitions from the arguments that their scheduler was given.
class JobsFactory {
 public:
  virtual ~JobsFactory() = default;
  virtual std::shared_ptr<void> make() const = 0;
};

template <class D, class... Args>
class JobsFactoryOf final : public JobsFactory {
 public:
  explicit JobsFactoryOf(Args... arguments) : arguments_(std::move(arguments)...) {}

  std::shared_ptr<void> make() const override {
    return std::apply(
        [](const Args&... each) {
          if constexpr (std::is_constructible_v<D, const Args&...>) {
            return std::shared_ptr<D>(new D(each...));
          } else {
            return std::shared_ptr<D>(new D{each...});
          }
        },
        arguments_);
  }

 private:
  std::tuple<Args...> arguments_;
};

/// The definition's functions beside its jobs.
struct SchedulerHooks {
  /// Null: the retry policy decides.
  Recovery (*handle_error)(void* definition, std::string_view job,
                           const Failure& failure) = nullptr;
  void (*handle_hibernate)(void* definition) = nullptr;  ///< null: there is none
};

/// What a scheduler is made from, but for the types.
struct SchedulerBlueprint {
  std::string_view type;  ///< of the engine: what find() looks for
  SchedulerOptions options;
  std::vector<DefinedJob> jobs;
  SchedulerHooks hooks;
  std::unique_ptr<JobsFactory> factory;
};

/// The untyped scheduler: what Scheduler is a typed shell over. Copies share the core.
class SchedulerHandle {
 public:
  explicit SchedulerHandle(std::shared_ptr<SchedulerCore> core) noexcept : core_(std::move(core)) {}

  static SchedulerHandle start(const std::shared_ptr<RuntimeCore>& runtime,
                               SchedulerBlueprint blueprint);
  static SchedulerHandle attach(std::shared_ptr<EngineCore> core) noexcept;

  std::shared_ptr<EngineCore> core() const noexcept;

  // As in Scheduler.
  void schedule(std::string_view job, const When& when) const;
  void add(std::string name, const When& when, JobFunction function) const;
  void run_now(std::string_view job) const;
  void cancel(std::string_view job) const;
  void cancel_all() const;
  void pause(std::string_view job) const;
  void resume(std::string_view job) const;
  std::vector<JobStats> jobs() const;
  std::string_view name() const noexcept;
  bool drain(Duration deadline) const;
  void stop() const;
  void stop_quietly() const noexcept;  ///< for destructors: a wait that could never end is left

 private:
  std::shared_ptr<SchedulerCore> core_;
};

}  // namespace poolder::detail
