#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <sys/mman.h>

#include <poolder/runtime/detail/node_cache.hpp>

// Under AddressSanitizer every node is an allocation of its own, so that a use after free is seen.
#if defined(__SANITIZE_ADDRESS__)
#define POOLDER_PLAIN_NODES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLDER_PLAIN_NODES 1
#endif
#endif

namespace poolder::detail {

#ifdef POOLDER_PLAIN_NODES

static constexpr std::align_val_t node_alignment{node_size};

void* allocate_node() { return ::operator new(node_size, node_alignment); }
void free_node(void* node) noexcept { ::operator delete(node, node_alignment); }

#else

namespace {

constexpr unsigned magazine_size = 62;

// Pointers, not a chain: neither freeing nor prefetching the next free node touches a node.
struct Magazine {
  unsigned count = 0;
  void* nodes[magazine_size];
};

// Where fresh nodes come from: a little at first, then large pages, since a long queue of recycled
// nodes lies all over them and would miss the TLB at every step.
class Slabs {
 public:
  static Slabs& instance() {
    static Slabs* slabs = new Slabs;  // never destroyed, as the nodes
    return *slabs;
  }

  std::byte* take(std::size_t size) {
    std::lock_guard lock(mutex_);
    if (left_ < size) {
      left_ = taken_++ == 0 ? small : large;
      next_ = static_cast<std::byte*>(::operator new (left_, std::align_val_t{left_}));
      if (left_ == large) madvise(next_, large, MADV_HUGEPAGE);
    }
    left_ -= size;
    return std::exchange(next_, next_ + size);
  }

 private:
  static constexpr std::size_t small = std::size_t{1} << 17, large = std::size_t{1} << 21;

  std::mutex mutex_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t taken_ = 0;
};

struct Depot {
  std::mutex mutex;
  std::vector<Magazine*> full, empty;

  static Depot& instance() {
    static Depot* depot =
        new Depot;  // never destroyed: threads may end after the program's statics
    return *depot;
  }
};

// The calling thread's two magazines: with two, a thread that allocates and frees
// around a boundary does not visit the depot each time.
class Cache {
 public:
  void* allocate() {
    if (!current_ || current_->count == 0) refill();
    Magazine& magazine = *current_;
    void* node = magazine.nodes[--magazine.count];
    if (magazine.count >= 6) __builtin_prefetch(magazine.nodes[magazine.count - 6], 1);
    return node;
  }

  void free(void* node) {
    if (!current_ || current_->count == magazine_size) spill();
    current_->nodes[current_->count++] = node;
  }

  void give_back() noexcept {
    Depot& depot = Depot::instance();
    std::lock_guard lock(depot.mutex);
    for (Magazine* magazine : {current_, previous_})
      if (magazine) (magazine->count > 0 ? depot.full : depot.empty).push_back(magazine);
    current_ = previous_ = nullptr;
  }

 private:
  __attribute__((noinline)) void refill() {
    if (previous_ && previous_->count > 0) return std::swap(current_, previous_);
    Depot& depot = Depot::instance();
    {
      std::lock_guard lock(depot.mutex);
      if (current_) depot.empty.push_back(current_);
      current_ = nullptr;
      if (!depot.full.empty()) {
        current_ = depot.full.back();
        depot.full.pop_back();
        return;
      }
    }
    current_ = take_empty(depot);
    std::byte* chunk = Slabs::instance().take(node_size * magazine_size);
    for (unsigned i = 0; i < magazine_size; ++i)
      current_->nodes[magazine_size - 1 - i] = chunk + i * node_size;
    current_->count = magazine_size;
  }

  __attribute__((noinline)) void spill() {
    if (previous_ && previous_->count == 0) return std::swap(current_, previous_);
    Depot& depot = Depot::instance();
    Magazine* fresh = take_empty(depot);
    std::lock_guard lock(depot.mutex);
    if (previous_) depot.full.push_back(previous_);
    previous_ = current_;
    current_ = fresh;
  }

  static Magazine* take_empty(Depot& depot) {
    {
      std::lock_guard lock(depot.mutex);
      if (!depot.empty.empty()) {
        Magazine* magazine = depot.empty.back();
        depot.empty.pop_back();
        return magazine;
      }
    }
    return new Magazine;
  }

  Magazine* current_ = nullptr;
  Magazine* previous_ = nullptr;
};

struct CacheOwner {
  Cache owned;
  ~CacheOwner() { owned.give_back(); }
};

// Nodes freed by thread_locals that are destroyed after the owner still find its memory; what
// they put there is the thread's last, and stays there.
Cache& mine() {
  thread_local Cache* cache = nullptr;
  if (!cache) [[unlikely]] {
    thread_local CacheOwner owner;
    cache = &owner.owned;
  }
  return *cache;
}

}  // namespace

void* allocate_node() { return mine().allocate(); }
void free_node(void* node) noexcept { mine().free(node); }

#endif

}  // namespace poolder::detail
