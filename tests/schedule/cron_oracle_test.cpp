#include "schedule/cron_oracle.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poolder/core/error.hpp>
#include <poolder/schedule/cron.hpp>

#include "schedule/cron_phrase.hpp"

using namespace poolder;
using namespace poolder_tests::oracle;

namespace {

constexpr Seconds begin_2020 = 1'577'836'800, begin_2031 = 1'924'992'000;
constexpr Seconds window_end = window_begin + static_cast<Seconds>(window_days - 3) * day;

/// The names of all zones whose files the system has.
std::vector<std::string> zones() {
  const std::filesystem::path database = "/usr/share/zoneinfo";
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(database)) {
    const auto name = entry.path().lexically_relative(database).string();
    const bool is_other = name.starts_with("posix") || name.starts_with("right") ||
                          name == "localtime" || name == "Factory" || !entry.is_regular_file();
    std::string magic(4, ' ');
    if (!is_other && std::ifstream(entry.path()).read(magic.data(), 4) && magic == "TZif")
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::chrono::sys_seconds at(Seconds time) {
  return std::chrono::sys_seconds{std::chrono::seconds{time}};
}

/// Nothing where it is refused for a date that never comes.
std::optional<Cron> parsed(const std::string& text) {
  try {
    return Cron::parse(text);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("never comes"));
    return std::nullopt;
  }
}

Seconds next(const Cron& cron, Seconds after, const std::string& zone) {
  return cron.next(at(after), zone).time_since_epoch().count();
}

/// 110,000 in every run; the environment may ask for more.
std::size_t wanted_pairs() {
  const char* asked = std::getenv("POOLDER_CRON_PAIRS");
  return asked == nullptr ? 110'000 : std::strtoul(asked, nullptr, 10);
}

/// Somewhere in 2020 to 2030, mostly where the clock is set.
Seconds moment(Phrases& random, const Clock& clock) {
  const auto& changes = clock.changes();
  if (changes.empty() || random.one_in(3)) return random.between(begin_2020, begin_2031 - 1);
  const auto change = changes[static_cast<std::size_t>(
      random.between(0, static_cast<std::int64_t>(changes.size()) - 1))];
  const auto near = change + (random.one_in(2) ? random.between(-2 * hour, 2 * hour)
                                               : random.between(-2 * day, 2 * day));
  return std::clamp(near, begin_2020, begin_2031 - 1);
}

TEST(CronOracle, AgreesOnRandomExpressionsAtRandomTimesInEveryZone) {
  const auto names = zones();
  const auto pairs_each = wanted_pairs() / names.size() + 1;
  std::size_t checked = 0, impossible = 0;
  ASSERT_GT(names.size(), 300U);

  for (std::size_t i = 0; i < names.size(); ++i) {
    const Clock clock(names[i]);
    Phrases random(i);
    for (std::size_t pair = 0; pair < pairs_each; ++pair) {
      const auto phrase = random.next();
      const auto after = moment(random, clock);
      const auto expected = Walk(phrase.meaning, clock).first(after, window_end);
      const auto cron = parsed(phrase.text);
      ASSERT_EQ(cron.has_value(), expected.has_value()) << phrase.text;
      if (!cron) {
        ++impossible;
        continue;
      }
      ASSERT_EQ(next(*cron, after, names[i]), *expected)
          << phrase.text << " after " << after << " in " << names[i];
      ASSERT_EQ(Cron::parse(cron->to_string()), *cron) << phrase.text;
      ++checked;
    }
  }

  std::cout << checked << " pairs in " << names.size() << " zones agree, " << impossible
            << " expressions are refused by both\n";
}

/// Expressions that meet the hours in which clocks are set, with what they mean.
struct Tricky {
  const char* text;
  std::vector<std::size_t> seconds, minutes, hours;
  bool star;
};

std::vector<std::size_t> every(std::size_t step, std::size_t size) {
  std::vector<std::size_t> values;
  for (std::size_t i = 0; i < size; i += step) values.push_back(i);
  return values;
}

std::vector<Tricky> tricky() {
  return {{"* * * * *", {0}, every(1, 60), every(1, 24), true},
          {"*/15 * * * *", {0}, every(15, 60), every(1, 24), true},
          {"30 * * * *", {0}, {30}, every(1, 24), true},
          {"0 */2 * * *", {0}, {0}, every(2, 24), true},
          {"* 2 * * *", {0}, every(1, 60), {2}, true},
          {"*/20 30 0-3 * * *", {0, 20, 40}, {30}, {0, 1, 2, 3}, false},
          {"30 2 * * *", {0}, {30}, {2}, false},
          {"0 2,3 * * *", {0}, {0}, {2, 3}, false},
          {"0 0 * * *", {0}, {0}, {0}, false},
          {"59 59 23 * * *", {59}, {59}, {23}, false},
          {"15,45 0-23 * * *", {0}, {15, 45}, every(1, 24), false},
          {"17 0-59/20 1,22 * * *", {17}, {0, 20, 40}, {1, 22}, false}};
}

Meaning meaning_of(const Tricky& tricky) {
  Meaning meaning;
  for (const auto each : tricky.seconds) meaning.seconds[each] = true;
  for (const auto each : tricky.minutes) meaning.minutes[each] = true;
  for (const auto each : tricky.hours) meaning.hours[each] = true;
  meaning.days.fill(true);
  meaning.months.fill(true);
  meaning.weekdays.fill(true);
  meaning.star_in_hour_or_minute = tricky.star;
  return meaning;
}

TEST(CronOracle, AgreesAroundEveryChangeOfEveryClockFrom2020To2030) {
  std::size_t changes = 0, firings = 0;

  for (const auto& zone : zones()) {
    const Clock clock(zone);
    for (const auto change : clock.changes()) {
      if (change < begin_2020 || change >= begin_2031) continue;
      ++changes;
      for (const auto& each : tricky()) {
        const auto meaning = meaning_of(each);
        const auto cron = Cron::parse(each.text);
        auto last = change - hour;
        Walk(meaning, clock).visit(last, change + 26 * hour, [&](Seconds expected) {
          last = next(cron, last, zone);
          EXPECT_EQ(last, expected) << each.text << " in " << zone;
          ++firings;
          return last == expected && last < change + 3 * hour;
        });
        ASSERT_FALSE(HasFailure());
      }
    }
  }

  EXPECT_GT(changes, 3'000U);
  std::cout << firings << " firings around " << changes << " changes agree\n";
}

}  // namespace
