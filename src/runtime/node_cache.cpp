#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#include <sys/mman.h>

#include <poolder/runtime/detail/node_cache.hpp>

#include "runtime/plain_nodes.hpp"

namespace poolder::detail {

#ifdef POOLDER_PLAIN_NODES

static constexpr std::align_val_t node_alignment{node_size};

void* allocate_node() { return ::operator new(node_size, node_alignment); }
void free_node(void* node) noexcept { ::operator delete(node, node_alignment); }

#else

namespace {

// 64 KiB of nodes, the first few of them taken by this: which of the others are free. A bit for
// each, so that nodes come out in the order of their addresses, whatever order they went in: what
// is sent one after the other then lies one behind the other, and a long queue is read as memory
// likes to be read.
class Page {
 public:
  static constexpr std::size_t size = std::size_t{1} << 16;

  /// The whole page is free.
  static Page* make(std::byte* memory) noexcept {
    auto* page = ::new (static_cast<void*>(memory)) Page;
    for (std::size_t index = header_nodes; index < total; ++index) page->set(index);
    return page;
  }
  static Page* of(void* node) noexcept {
    return reinterpret_cast<Page*>(reinterpret_cast<std::uintptr_t>(node) & ~(size - 1));
  }

  void put(void* node) noexcept {
    set(static_cast<std::size_t>(static_cast<std::byte*>(node) -
                                 reinterpret_cast<std::byte*>(this)) /
        node_size);
  }
  /// The free nodes of the lowest addresses, at most `wanted` of them; how many there were.
  std::size_t take(void** nodes, std::size_t wanted) noexcept {
    std::size_t taken = 0;
    for (std::size_t word = 0; word < free_.size() && taken < wanted; ++word) {
      for (; free_[word] != 0 && taken < wanted; free_[word] &= free_[word] - 1) {
        const std::size_t index =
            word * 64 + static_cast<std::size_t>(std::countr_zero(free_[word]));
        nodes[taken++] = reinterpret_cast<std::byte*>(this) + index * node_size;
      }
    }
    count_ -= taken;
    return taken;
  }
  bool is_empty() const noexcept { return count_ == 0; }
  bool is_half_free() const noexcept { return count_ >= total / 2; }

  // The depot's.
  Page* behind = nullptr;
  bool listed = false;

 private:
  static constexpr std::size_t total = size / node_size, header_nodes = 3;

  void set(std::size_t index) noexcept {
    free_[index / 64] |= std::uint64_t{1} << (index % 64);
    ++count_;
  }

  std::size_t count_ = 0;
  std::array<std::uint64_t, total / 64> free_{};
};
static_assert(sizeof(Page) <= 3 * node_size);

// The nodes that no thread has: a lock for every few dozen of them.
class Depot {
 public:
  static Depot& instance() {
    static Depot* depot =
        new Depot;  // never destroyed: threads may end after the program's statics
    return *depot;
  }

  void take(void** nodes, std::size_t wanted) {
    const std::lock_guard lock(mutex_);
    while (wanted > 0) {
      while (!current_ || current_->is_empty()) current_ = next_page();
      const std::size_t taken = current_->take(nodes, wanted);
      nodes += taken;
      wanted -= taken;
    }
  }

  void put(void* const* nodes, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(Page::of(nodes[i]), 1);
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      Page* page = Page::of(nodes[i]);
      page->put(nodes[i]);
      if (!page->listed && page != current_ && page->is_half_free()) list(page);
    }
  }

 private:
  void list(Page* page) noexcept {
    page->behind = nullptr;
    page->listed = true;
    (first_ ? last_->behind : first_) = page;
    last_ = page;
  }

  Page* next_page() {
    if (!first_) add_pages();
    Page* page = std::exchange(first_, first_->behind);
    page->listed = false;
    return page;
  }

  // A little at first, then large pages: the nodes of a long queue would miss the TLB at every
  // step.
  void add_pages() {
    const std::size_t size = any_ ? large : small;
    any_ = true;
    auto* memory = static_cast<std::byte*>(::operator new (size, std::align_val_t{size}));
    if (size == large) madvise(memory, large, MADV_HUGEPAGE);
    for (std::size_t at = 0; at < size; at += Page::size) list(Page::make(memory + at));
  }

  static constexpr std::size_t small = std::size_t{1} << 17, large = std::size_t{1} << 21;

  std::mutex mutex_;
  // Taken from until it is empty: as long as few nodes are under way they are always the same few.
  Page* current_ = nullptr;
  // Then those that have been half free for the longest: the more of a page is free, the better its
  // nodes lie. One that is less than half free waits.
  Page *first_ = nullptr, *last_ = nullptr;
  bool any_ = false;
};

// The calling thread's own: the last freed is the first to go out again.
class Cache {
 public:
  void* allocate() {
    if (count_ == 0) refill();
    void* node = nodes_[--count_];
    if (count_ >= 6) __builtin_prefetch(nodes_[count_ - 6], 1);
    return node;
  }

  void free(void* node) {
    if (count_ == nodes_.size()) spill();
    nodes_[count_++] = node;
  }

  void give_back() noexcept { Depot::instance().put(nodes_.data(), std::exchange(count_, 0)); }

 private:
  static constexpr std::size_t portion = 64;

  __attribute__((noinline)) void refill() {
    Depot::instance().take(nodes_.data(), portion);
    std::reverse(nodes_.begin(), nodes_.begin() + portion);
    count_ = portion;
  }

  __attribute__((noinline)) void spill() noexcept {
    Depot::instance().put(nodes_.data(), portion);
    std::copy(nodes_.begin() + portion, nodes_.end(), nodes_.begin());
    count_ -= portion;
  }

  std::size_t count_ = 0;
  std::array<void*, 2 * portion> nodes_;  // pointers, not a chain: freeing touches no node
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
