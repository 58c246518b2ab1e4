#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/worker/restart_window.hpp>

using namespace std::chrono_literals;
using namespace poolder;
using detail::RestartWindow;
using detail::Ticks;

namespace {

// OTP's supervisor:add_restart, word for word: keep those within the period, and give up where
// there are more than the intensity.
class OtpModel {
 public:
  explicit OtpModel(RestartPolicy allowed) : allowed_(allowed) {}

  bool admit(Ticks now) {
    restarts_.push_back(now);
    std::erase_if(restarts_, [&](Ticks each) { return each < now - allowed_.period.count(); });
    return restarts_.size() <= static_cast<std::size_t>(std::max(0, allowed_.max_restarts));
  }

 private:
  RestartPolicy allowed_;
  std::vector<Ticks> restarts_;
};

TEST(RestartWindow, AgreesWithOtpUntilItGivesUp) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    detail::Random random{seed};
    const RestartPolicy policy{.max_restarts = static_cast<int>(random.below(6)),
                               .period = Duration{1 + random.below(50)}};
    RestartWindow window{policy};
    OtpModel model{policy};
    Ticks now = 1'000;

    for (bool admitted = true; admitted && now < 2'000;) {
      now += random.below(30);
      admitted = window.admit(now);
      ASSERT_EQ(admitted, model.admit(now)) << "seed " << seed;
    }
  }
}

TEST(RestartWindow, AdmitsAsManyAsItSaysAndNoMoreWithinThePeriod) {
  RestartWindow window{{.max_restarts = 3, .period = 10ns}};

  EXPECT_TRUE(window.admit(100));
  EXPECT_TRUE(window.admit(100));
  EXPECT_TRUE(window.admit(105));
  EXPECT_FALSE(window.admit(110));
  EXPECT_TRUE(window.admit(111));
}

TEST(RestartWindow, AdmitsNoneWhereNoneIsAllowed) {
  RestartWindow window{{.max_restarts = 0, .period = 1h}};

  EXPECT_FALSE(window.admit(1));
}

TEST(RestartWindow, ForgetsNothingInAnEndlessPeriod) {
  RestartWindow window{{.max_restarts = 1, .period = infinity}};

  EXPECT_TRUE(window.admit(0));
  EXPECT_FALSE(window.admit(detail::never - 1));
}

}  // namespace
