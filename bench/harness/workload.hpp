#pragma once

#include "session.hpp"

namespace bench {

/// One kind of work and what is asked of it, in a file of its own.
struct Workload {
  const char* name;
  const char* about;
  void (*run)(Session& session);
};

}  // namespace bench
