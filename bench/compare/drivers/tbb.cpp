#include <tbb/version.h>

#include "../../peers/tbb_pool.hpp"
#include "tasks.hpp"

namespace bench {

Peer tbb_peer() {
  Peer peer =
      task_peer<TbbPool>("oneTBB", TBB_VERSION_STRING,
                         "task_arena::enqueue; parallel_for where all is known at once; an arena "
                         "of 8 threads where at most 8 may run");
  peer.cast_all = [](const CastWork& work) { return post_loop<TbbPool>({}, work.jobs); };
  return peer;
}

}  // namespace bench
