#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/histogram.hpp>
#include <poolder/core/random.hpp>

using namespace poolder;
using detail::Histogram;

namespace {

// The same quantile of the data itself: the value at rank floor(share * (n - 1)).
Duration exact(const std::vector<std::int64_t>& sorted, double share) {
  return Duration{sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))]};
}

void expect_close(Duration got, Duration wanted) {
  EXPECT_GE(got, wanted);
  EXPECT_LE(static_cast<double>(got.count()), static_cast<double>(wanted.count()) * 17 / 16 + 1);
}

TEST(Histogram, HasNothingToSayWhileItIsEmpty) {
  const auto histogram = std::make_unique<Histogram>();

  EXPECT_EQ(histogram->stats().count, 0u);
  EXPECT_EQ(histogram->stats().p50, Duration{0});
  EXPECT_EQ(histogram->stats().max, Duration{0});
}

TEST(Histogram, IsExactBelowSixteenNanoseconds) {
  const auto histogram = std::make_unique<Histogram>();

  for (std::int64_t i = 0; i < 10; ++i) histogram->record(i);

  EXPECT_EQ(histogram->stats().p50, Duration{4});
  EXPECT_EQ(histogram->stats().p90, Duration{8});
  EXPECT_EQ(histogram->stats().max, Duration{9});
  EXPECT_EQ(histogram->stats().count, 10u);
}

TEST(Histogram, AgreesWithTheSortedDataToOnePartInSixteen) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto histogram = std::make_unique<Histogram>();
    detail::Random random{seed};
    std::vector<std::int64_t> data;
    for (int i = 0; i < 1'000; ++i) {
      const auto value =
          static_cast<std::int64_t>(std::exp(random.unit() * 28.0));  // up to 24 minutes
      data.push_back(value);
      histogram->record(value);
    }
    std::sort(data.begin(), data.end());

    const LatencyStats stats = histogram->stats();

    SCOPED_TRACE(seed);
    expect_close(stats.p50, exact(data, 0.5));
    expect_close(stats.p90, exact(data, 0.9));
    expect_close(stats.p99, exact(data, 0.99));
    expect_close(stats.p999, exact(data, 0.999));
    EXPECT_EQ(stats.max, Duration{data.back()});
    EXPECT_EQ(stats.count, 1'000u);
  }
}

TEST(Histogram, PutsEachValueInABucketThatReachesToItOrABitBeyond) {
  for (std::uint64_t value = 0; value < 100'000; ++value) {
    const std::uint64_t upper = Histogram::upper(Histogram::index(value));
    ASSERT_GE(upper, value);
    ASSERT_LE(upper - value, value / 16);
  }
}

TEST(Histogram, KeepsWhatIsNegativeOrLongerThanItsBuckets) {
  const auto histogram = std::make_unique<Histogram>();
  const std::int64_t day = 86'400'000'000'000;

  histogram->record(-5);
  histogram->record(day);

  EXPECT_EQ(histogram->stats().count, 2u);
  EXPECT_EQ(histogram->stats().p50, Duration{0});
  EXPECT_EQ(histogram->stats().max, Duration{day});
}

}  // namespace
