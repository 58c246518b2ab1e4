#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <poolder/core/histogram.hpp>

namespace poolder {

/// A lease pool at a glance, all of one moment.
struct LeaseStatus {
  enum class State {
    ready,     ///< fewer than `size` are lent
    overflow,  ///< all of `size` are lent, more can be
    full,      ///< whoever asks now waits
  } state = State::ready;
  std::size_t idle = 0;
  std::size_t busy = 0;      ///< lent, or on the way to a borrower or back
  std::size_t overflow = 0;  ///< alive beyond `size`, lent or lingering. It goes by count: no
                             ///< resource is "the" overflow one.
  std::size_t waiting = 0;   ///< callers; a request whose future is gone counts until its turn
};

/// What a lease pool has done since it was made; the first fields are of one moment.
struct LeaseStats {
  std::string name;
  std::size_t size = 0;  ///< as changed by add_idle and remove_idle
  LeaseStatus now;
  std::size_t creating = 0;     ///< creations under way or about to begin
  std::size_t never_given = 0;  ///< lent by an earlier life and not given back yet
  std::uint64_t acquired = 0;   ///< leases given out
  std::uint64_t created = 0;    ///< resources
  std::uint64_t failed = 0;     ///< creations that threw
  std::uint64_t discarded = 0;  ///< resources: by their borrower's word or failure, by `healthy` or
                                ///< a throwing `reset`
  std::uint64_t retired = 0;    ///< resources closed in good order: beyond size, idle or old
  std::uint64_t timeouts = 0;   ///< callers that gave up
  LatencyStats waited;          ///< from asking to being served; sampled, one in 64
  LatencyStats held;            ///< from being served to giving back; sampled alike
};

}  // namespace poolder
