#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <poolder/runtime/exit_reason.hpp>

#include "support/simulation.hpp"

namespace poolder_tests {

using poolder::ExitReason;

/// What the actors of one test do, and have done.
struct Script {
  std::vector<std::string> log{};
  /// Whether the n-th start of that actor succeeds.
  std::function<bool(const std::string&, int)> starts_well = [](const std::string&, int) {
    return true;
  };
  std::map<std::string, int> starts{};
  std::map<std::string, std::function<void(ExitReason)>> say{};
  /// What an actor does besides, in start() and stop().
  std::function<void(const std::string&)> on_start{}, on_stop{};

  void fail(const std::string& id, ExitReason::Kind kind = ExitReason::Kind::failed) {
    say.at(id)({kind, "planned"});
  }
};

/// A class of the user's as a child.
class Actor {
 public:
  Actor(Script* script, std::string id) : script_(script), id_(std::move(id)) {}

  void start() {
    const bool succeeds = script_->starts_well(id_, ++script_->starts[id_]);
    script_->log.push_back((succeeds ? "start " : "cannot start ") + id_);
    if (script_->on_start) script_->on_start(id_);
    if (!succeeds) throw Planned{};
  }
  void stop() {
    script_->log.push_back("stop " + id_);
    if (script_->on_stop) script_->on_stop(id_);
  }
  void on_failed(std::function<void(ExitReason)> say) { script_->say[id_] = std::move(say); }
  const std::string& name() const { return id_; }

 private:
  Script* script_;
  std::string id_;
};

}  // namespace poolder_tests
