#include "peers.hpp"

#include <iterator>
#include <utility>

namespace bench {

namespace {

void add(std::vector<Peer>& all, std::vector<Peer> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Peer> found() {
  std::vector<Peer> all = poolder_peers();
  all.push_back(mutex_peer());
#ifdef BENCH_HAS_TBB
  all.push_back(tbb_peer());
#endif
#ifdef COMPARE_HAS_ASIO
  all.push_back(asio_peer());
#endif
#ifdef COMPARE_HAS_MOODYCAMEL
  all.push_back(moodycamel_peer());
#endif
  all.push_back(async_peer());
#ifdef COMPARE_HAS_CAF
  all.push_back(caf_peer());
#endif
#ifdef COMPARE_HAS_OTP
  all.push_back(otp_peer());
#endif
  add(all, resource_peers());
  return all;
}

}  // namespace

const std::vector<Peer>& peers() {
  static const std::vector<Peer> all = found();
  return all;
}

Description versions() {
  Description found;
  for (const Peer& each : peers())
    if (!each.version.empty()) found.emplace_back(each.name, each.version);
  return found;
}

}  // namespace bench
