#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <poolder/core/random.hpp>
#include <poolder/lease/collections.hpp>
#include <poolder/lease/handles.hpp>

namespace poolder {

namespace detail {

/// Plays with a collection beside what it should hold, and notes what it gets wrong.
template <class C, class T>
class CollectionTrial {
 public:
  explicit CollectionTrial(std::uint64_t seed) : random_(seed) {}

  std::vector<std::string> run(T (*make)(std::uint64_t number, std::uint64_t drawn)) {
    expect(collection_.empty() && collection_.size() == 0, "a new collection is empty");
    expect(!collection_.pop(), "an empty collection pops nothing");
    for (int step = 0; step < 400; ++step) {
      random_.below(20) == 0      ? empty()
      : random_.below(5) < grows_ ? add(make(++number_, random_.next()))
                                  : pop();
      if (step % 50 == 0) grows_ = 1 + random_.below(4);
      expect(collection_.size() == inside_.size(), "size() is the number of items");
      expect(collection_.empty() == inside_.empty(), "empty() is the same as a size() of 0");
    }
    empty();
    expect(!collection_.pop(), "a collection that was emptied pops nothing");
    return std::move(broken_);
  }

 private:
  void expect(bool kept, const char* rule) {
    if (!kept && std::find(broken_.begin(), broken_.end(), rule) == broken_.end())
      broken_.emplace_back(rule);
  }
  void add(T item) {
    inside_.push_back(item);
    collection_.add(std::move(item));
  }
  void pop() {
    const std::optional<T> popped = collection_.pop();
    expect(popped.has_value() != inside_.empty(), "pop() gives an item while there is one");
    if (!popped) return;
    const auto at = std::find(inside_.begin(), inside_.end(), *popped);
    expect(at != inside_.end(), "what comes out has gone in, and comes out once");
    if (at == inside_.end()) return;
    expect(is_same(*at, *popped), "what comes out is as it went in");
    inside_.erase(at);
  }
  static bool is_same(const ResourceHandle& a, const ResourceHandle& b) {
    return a.resource() == b.resource() && a.uses() == b.uses();
  }
  static bool is_same(const WaiterHandle& a, const WaiterHandle& b) {
    return a.priority() == b.priority();
  }
  void empty() {
    for (std::size_t left = inside_.size(); left > 0; --left) pop();
    expect(collection_.empty(), "all that went in comes out");
    inside_.clear();
  }

  Random random_;
  C collection_;
  std::vector<T> inside_;
  std::uint64_t number_ = 0;
  std::uint32_t grows_ = 4;
  std::vector<std::string> broken_;
};

template <class C, class T>
std::vector<std::string> broken_collection_rules(T (*make)(std::uint64_t, std::uint64_t)) {
  static_assert(Collection<C, T>,
                "poolder: a Collection has add(T), std::optional<T> pop(), empty() and size()");
  std::vector<std::string> all;
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    for (std::string& each : CollectionTrial<C, T>{seed}.run(make))
      if (std::find(all.begin(), all.end(), each) == all.end()) all.push_back(std::move(each));
  return all;
}

}  // namespace detail

/// The rules of a Collection that C<ResourceHandle> breaks, in words, on a hundred random
/// histories; none: a lease pool's definition may name it as Idle or Busy. For the tests of who
/// writes a collection:
///   EXPECT_THAT(poolder::broken_idle_rules<MyOrder>(), testing::IsEmpty());
template <template <class> class C>
std::vector<std::string> broken_idle_rules() {
  return detail::broken_collection_rules<C<ResourceHandle>, ResourceHandle>(
      [](std::uint64_t number, std::uint64_t drawn) {
        static char places[16];
        return ResourceHandle{&places[number % 16], drawn % 16, number};
      });
}

/// The same of C<WaiterHandle>, for Waiting.
template <template <class> class C>
std::vector<std::string> broken_waiting_rules() {
  return detail::broken_collection_rules<C<WaiterHandle>, WaiterHandle>(
      [](std::uint64_t number, std::uint64_t drawn) {
        return WaiterHandle{static_cast<Priority>(drawn % 4), number};
      });
}

}  // namespace poolder
