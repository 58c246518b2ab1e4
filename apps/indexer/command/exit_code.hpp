#pragma once

namespace indexer::command {

/// As grep's: what a script can rely on. A signal ends a build with 128 and its number.
enum ExitCode : int {
  success = 0,   // built, or found
  no_match = 1,  // searched in vain
  failure = 2,   // a wrong argument, no index, the index cannot be written
  after_signal = 128,
};

}  // namespace indexer::command
