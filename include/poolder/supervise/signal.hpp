#pragma once

namespace poolder {

/// Waits for SIGINT or SIGTERM, then returns its number. What a program's main thread does while
/// its supervisor runs the rest.
///
/// While any call waits, both signals are handled by poolder, also where they were ignored; before
/// and after, whatever the program has set up holds, so that a second Ctrl-C ends a program that
/// takes long to stop. Works with any number of threads, whichever of them gets the signal. Each
/// signal ends one call; more calls may follow. Throws std::system_error where no pipe can be had.
int wait_for_signal();

}  // namespace poolder
