#pragma once

#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// A handler that has run for too long. The views are good during the callback.
struct Overrun {
  enum class Alert {
    overrun,           ///< it goes on
    max_overrun_limit  ///< it was one warning too many: the worker has been killed
  };
  Alert alert;
  std::string_view pool;
  Pid worker;
  std::string_view task;  ///< the message type's name
  Duration runtime;       ///< how long it has been seen at it
};

/// Which handlers of a pool are reported, and which killed. While nothing is set it costs nothing;
/// else the pool's handlers are looked at every eighth of warn_after, but not more than once a
/// millisecond, and only while they come and go: reports are late by up to that. One that is later,
/// as after the process was stopped, puts off those that follow.
struct OverrunOptions {
  /// The first report. Where nothing is killed the next come at 2, 4, 8 ... times that.
  Duration warn_after = infinity;
  /// 0: never kills. Otherwise a report comes each time warn_after has passed, and with the last of
  /// this many the worker is killed, as by Pool::kill().
  int max_warnings = 0;
  /// Told of each, as a job of its own, one after another. Without one, and without
  /// Pool::on_overrun and Runtime::on, each is a line on stderr.
  void (*handler)(const Overrun&) = nullptr;
};

}  // namespace poolder
