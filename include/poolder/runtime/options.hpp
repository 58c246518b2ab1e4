#pragma once

#include <chrono>
#include <cstddef>

#include <poolder/core/duration.hpp>

namespace poolder {

struct RuntimeOptions {
  std::size_t threads = 0;  ///< scheduler threads; 0: one for each core the process may use
  std::size_t max_blocked_threads = 256;  ///< spare threads that stand in for blocked ones; for a
                                          ///< killed handler that has not ended there is one more
  Duration blocked_after =
      std::chrono::milliseconds{5};  ///< a handler this long counts as blocked while others wait
  Duration shutdown =
      std::chrono::seconds{5};  ///< how long the destructor waits for handlers that do not return
};

}  // namespace poolder
