#pragma once

#include <string>

namespace poolder {

/// Why a worker, or a whole engine, ended.
struct ExitReason {
  enum class Kind {
    normal,    ///< it said exit()
    shutdown,  ///< its engine was stopped or shrunk
    killed,    ///< by kill(), or for running too long
    failed,    ///< an exception, or too many restarts
  };
  Kind kind = Kind::normal;
  std::string what{};
};

}  // namespace poolder
