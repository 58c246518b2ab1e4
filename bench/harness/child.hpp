#pragma once

#include <functional>
#include <string>

namespace bench {

class Run;

/// Runs it in a forked process, and takes over what that recorded. Only while this process has no
/// other thread.
void run_in_child(const std::function<void(Run&)>& once, Run& run);

/// Takes over one figure that another process wrote: the unit's name, the value, the metric. A line
/// that begins with '!' is a complaint, and thrown as WrongResult.
void take_line(const std::string& line, Run& run);

}  // namespace bench
