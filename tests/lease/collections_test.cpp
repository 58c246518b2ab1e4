#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poolder/lease/collections.hpp>
#include <poolder/lease/conformance.hpp>

using namespace poolder;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

template <class C>
std::vector<int> all_of(C collection) {
  std::vector<int> all;
  while (const std::optional<int> next = collection.pop()) all.push_back(*next);
  return all;
}
template <class C>
C filled(std::vector<int> items) {
  C collection;
  for (const int each : items) collection.add(each);
  return collection;
}

TEST(LeaseCollections, PX55AndPX56FifoGivesTheFirstFirst) {
  EXPECT_TRUE(Fifo<int>{}.empty());
  EXPECT_EQ(Fifo<int>{}.size(), 0u);
  EXPECT_EQ(filled<Fifo<int>>({1, 2, 3}).size(), 3u);
  EXPECT_THAT(all_of(filled<Fifo<int>>({1, 2, 3})), ElementsAre(1, 2, 3));
}

TEST(LeaseCollections, PX57AndPX58LifoGivesTheLastFirst) {
  EXPECT_TRUE(Lifo<int>{}.empty());
  EXPECT_EQ(Lifo<int>{}.size(), 0u);
  EXPECT_EQ(filled<Lifo<int>>({1, 2, 3}).size(), 3u);
  EXPECT_THAT(all_of(filled<Lifo<int>>({1, 2, 3})), ElementsAre(3, 2, 1));
}

struct LowerTens {
  bool operator()(int a, int b) const { return a / 10 < b / 10; }
};

TEST(LeaseCollections, RankedKeepsTheOrderOfEquals) {
  using Tens = Ranked<int, LowerTens>;
  EXPECT_THAT(all_of(filled<Tens>({35, 12, 31, 11, 25, 19})), ElementsAre(12, 11, 19, 25, 35, 31));
}

TEST(LeaseCollections, ThoseOfTheLibraryKeepTheRules) {
  EXPECT_THAT(broken_idle_rules<Lifo>(), IsEmpty());
  EXPECT_THAT(broken_idle_rules<Fifo>(), IsEmpty());
  EXPECT_THAT(broken_idle_rules<LeastUsed>(), IsEmpty());
  EXPECT_THAT(broken_waiting_rules<Lifo>(), IsEmpty());
  EXPECT_THAT(broken_waiting_rules<Fifo>(), IsEmpty());
  EXPECT_THAT(broken_waiting_rules<ByPriority>(), IsEmpty());
}

/// Each of these gets one thing wrong.
template <class T>
struct Forgets : Lifo<T> {
  void add(T item) {
    if (this->size() < 5) Lifo<T>::add(item);
  }
};
template <class T>
struct GivesTwice : Lifo<T> {
  std::optional<T> pop() {
    auto next = Lifo<T>::pop();
    if (next && !last) return last = next, next;
    if (next) this->add(*next);
    return std::exchange(last, std::nullopt);
  }
  std::optional<T> last;
};
template <class T>
struct Miscounts : Lifo<T> {
  std::size_t size() const { return Lifo<T>::size() + 1; }
};
template <class T>
struct NeverEmpty : Lifo<T> {
  bool empty() const { return false; }
};

template <class T>
struct Rewrites : Lifo<T> {
  std::optional<T> pop() {
    auto next = Lifo<T>::pop();
    return next ? std::optional<T>{T{nullptr, next->uses(), next->arrival()}} : next;
  }
};

TEST(LeaseCollections, TheConformanceSuiteNamesTheRuleThatIsBroken) {
  EXPECT_THAT(broken_idle_rules<Forgets>(), Contains("size() is the number of items"));
  EXPECT_THAT(broken_idle_rules<GivesTwice>(),
              Contains("what comes out has gone in, and comes out once"));
  EXPECT_THAT(broken_idle_rules<Rewrites>(), Contains("what comes out is as it went in"));
  EXPECT_THAT(broken_waiting_rules<Miscounts>(), Contains("size() is the number of items"));
  EXPECT_THAT(broken_waiting_rules<NeverEmpty>(), Contains("empty() is the same as a size() of 0"));
}

}  // namespace
