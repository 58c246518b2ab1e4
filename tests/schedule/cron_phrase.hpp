#pragma once

#include <random>
#include <string>
#include <vector>

#include "schedule/cron_oracle.hpp"

/// Random cron expressions, each with what it means: the meaning is made with the words, not read
/// from them.
namespace poolder_tests::oracle {

struct Phrase {
  std::string text;
  Meaning meaning;
};

class Phrases {
 public:
  explicit Phrases(std::uint64_t seed) : random_(seed) {}

  Phrase next() {
    Phrase phrase;
    auto& meaning = phrase.meaning;
    const bool has_seconds = one_in(3);
    if (has_seconds) phrase.text = field(0, 59, "", meaning.seconds).text + ' ';
    meaning.seconds[0] = meaning.seconds[0] || !has_seconds;

    const auto minutes = field(0, 59, "", meaning.minutes);
    const auto hours = field(0, 23, "", meaning.hours);
    const auto days = field(1, 31, "", meaning.days);
    const auto months = field(1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", meaning.months);
    const auto weekdays = field(0, 6, "SUNMONTUEWEDTHUFRISAT", meaning.weekdays);
    meaning.star_in_hour_or_minute = minutes.star || hours.star;
    meaning.day_is_restricted = days.step || !days.all;
    meaning.weekday_is_restricted = weekdays.step || !weekdays.all;
    for (const auto* each : {&minutes, &hours, &days, &months}) phrase.text += each->text + ' ';
    phrase.text += weekdays.text;
    return phrase;
  }

  /// From `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool one_in(int times) { return between(1, times) == 1; }

 private:
  struct Written {
    std::string text;
    bool star = false, step = false, all = false;
  };

  template <std::size_t N>
  Written field(int low, int high, const std::string& names, std::array<bool, N>& means) {
    Written written;
    const auto items = one_in(3) ? between(2, 4) : 1;
    for (std::int64_t i = 0; i < items; ++i) {
      if (i > 0) written.text += ',';
      item(low, high, names, means, written);
    }
    written.all = true;
    for (int i = low; i <= high; ++i)
      written.all = written.all && means[static_cast<std::size_t>(i)];
    return written;
  }

  template <std::size_t N>
  void item(int low, int high, const std::string& names, std::array<bool, N>& means,
            Written& written) {
    int first = low, last = high;
    bool open_end = true;
    if (one_in(2)) {
      written.text += '*';
      written.star = true;
    } else if (one_in(2)) {
      first = last = static_cast<int>(between(low, high));
      written.text += value(first, low, names);
      open_end = false;
    } else {
      first = static_cast<int>(between(low, high - 1));
      last = static_cast<int>(between(first + 1, high + (high == 6 ? 1 : 0)));
      written.text += value(first, low, names) + '-' +
                      (first == 0 && last == 7 ? "7" : value(last, low, names));
    }
    int step = 1;
    if (one_in(3)) {
      step = static_cast<int>(between(1, high - low + 1));
      written.text += '/' + std::to_string(step);
      written.step = true;
      if (!open_end) last = high;
    }
    for (int i = first; i <= last; i += step)
      means[static_cast<std::size_t>(high == 6 && i == 7 ? 0 : i)] = true;
  }

  std::string value(int value, int low, const std::string& names) {
    if (names.empty() || one_in(2)) return (one_in(8) ? "0" : "") + std::to_string(value);
    const auto at = static_cast<std::size_t>(value - low) * 3 % names.size();
    std::string name = names.substr(at, 3);
    for (auto& letter : name)
      if (one_in(2)) letter = static_cast<char>(letter - 'A' + 'a');
    return name;
  }

  std::mt19937_64 random_;
};

}  // namespace poolder_tests::oracle
