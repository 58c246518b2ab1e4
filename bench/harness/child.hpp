#pragma once

#include <functional>

namespace bench {

class Run;

/// Runs it in a forked process, and takes over what that recorded. Only while this process has no
/// other thread.
void run_in_child(const std::function<void(Run&)>& once, Run& run);

}  // namespace bench
