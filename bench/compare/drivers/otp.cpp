#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "../peers.hpp"
#include "otp_process.hpp"

namespace bench {

namespace {

/// One for all workloads, started when it is first needed.
OtpProcess& shared_process() {
  static OtpProcess process;
  return process;
}

Subject asked(std::string command) {
  return {{}, [command = std::move(command)](Run& run) { shared_process().ask(command, run); }};
}

/// Alone in a fresh one, so that memory is counted from nothing.
Subject asked_afresh(std::string command) {
  return {{}, [command = std::move(command)](Run& run) { OtpProcess{}.ask(command, run); }};
}

Subject rest_of(const std::chrono::milliseconds& span) {
  return {{}, [span](Run& run) {
            OtpProcess process;
            process.ask("idle", run);
            std::this_thread::sleep_for(std::chrono::milliseconds{300});
            const double before = process.cpu_nanoseconds();
            std::this_thread::sleep_for(span);
            run.record("cpu, in all", Unit::nanoseconds, process.cpu_nanoseconds() - before);
          }};
}

}  // namespace

Peer otp_peer() {
  Peer peer{"Erlang/OTP", COMPARE_OTP_VERSION,
            "gen_server:cast and call in turn, a scheduler for each core, all timed inside the "
            "virtual machine; a one_for_one supervisor"};
  peer.cast = [](const CastWork& work) {
    return asked(fmt::format("cast {} {} {}", work.producers, work.workers, work.jobs));
  };
  peer.cast_to_few = peer.cast;
  peer.cast_inside = [](const CastWork& work) {
    return asked(fmt::format("cast_inside {} {}", work.workers, work.jobs));
  };
  peer.call = [](const CallWork& work) {
    return asked(fmt::format("call {} {} {}", work.callers, work.workers, work.span.count()));
  };
  peer.ping_pong = [](const Count& rounds) {
    return asked(fmt::format("ping_pong {}", rounds.number));
  };
  peer.spawn = [](const Count& workers) {
    return asked_afresh(fmt::format("spawn {}", workers.number));
  };
  peer.skew = [](const Count& calls) { return asked(fmt::format("skew {}", calls.number)); };
  peer.idle = &rest_of;
  peer.crash = [](const Count& cycles) { return asked(fmt::format("crash {}", cycles.number)); };
  return peer;
}

}  // namespace bench
