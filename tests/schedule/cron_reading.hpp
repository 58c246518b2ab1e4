#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "schedule/cron_oracle.hpp"

/// A second opinion on what a text says, and whether it is a cron expression at all. By regular
/// expressions, slowly.
namespace poolder_tests::oracle {

class Reading {
 public:
  /// Nothing where the text is to be refused.
  static std::optional<Meaning> of(const std::string& text) {
    static const std::regex five_or_six_words(" *([^ ]+( [^ ]+){4,5}) *");
    std::smatch words;
    auto unaliased = text;
    if (const auto alias = aliases().find(lower_trimmed(text)); alias != aliases().end())
      unaliased = alias->second;
    if (!std::regex_match(unaliased, words, five_or_six_words)) return std::nullopt;

    const auto trimmed = words[1].str();
    static const std::regex blank(" ");
    const std::sregex_token_iterator first(trimmed.begin(), trimmed.end(), blank, -1), none;
    const std::vector<std::string> all(first, none);
    Reading reading;
    if (!reading.read(all) || !reading.is_possible()) return std::nullopt;
    return reading.meaning_;
  }

 private:
  struct Item {
    int first, last, step;
    bool star, stepped;
  };

  static const std::map<std::string, std::string>& aliases() {
    static const std::map<std::string, std::string> known{
        {"@yearly", "0 0 1 1 *"},         {"@annually", "0 0 1 1 *"},
        {"@monthly", "0 0 1 * *"},        {"@weekly", "0 0 * * SUN"},
        {"@daily", "0 0 * * *"},          {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"},         {"@every_minute", "* * * * *"},
        {"@every_second", "* * * * * *"},
    };
    return known;
  }

  static std::string lower_trimmed(const std::string& text) {
    static const std::regex outer_blanks("^ +| +$");
    auto lower = std::regex_replace(text, outer_blanks, "");
    for (auto& letter : lower)
      letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return lower;
  }

  bool read(std::vector<std::string> fields) {
    if (fields.size() == 5) fields.insert(fields.begin(), "0");
    bool star = false, all = false, step = false, ignored = false;
    bool good = read_field(fields[0], 0, 59, {}, meaning_.seconds, ignored, all, step);
    good = good && read_field(fields[1], 0, 59, {}, meaning_.minutes, star, all, step);
    good = good && read_field(fields[2], 0, 23, {}, meaning_.hours, star, all, step);
    meaning_.star_in_hour_or_minute = star;
    good = good && read_field(fields[3], 1, 31, {}, meaning_.days, ignored, all, step);
    meaning_.day_is_restricted = !all || step;
    good = good && read_field(fields[4], 1, 12,
                              {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
                               "nov", "dec"},
                              meaning_.months, ignored, all, step);
    good = good && read_field(fields[5], 0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"},
                              meaning_.weekdays, ignored, all, step);
    meaning_.weekday_is_restricted = !all || step;
    return good;
  }

  template <std::size_t N>
  static bool read_field(const std::string& field, int low, int high,
                         const std::vector<std::string>& names, std::array<bool, N>& means,
                         bool& star, bool& all, bool& step) {
    step = false;
    std::size_t begin = 0;
    while (begin <= field.size()) {
      const auto end = std::min(field.find(',', begin), field.size());
      const auto item = read_item(field.substr(begin, end - begin), low, high, names);
      if (!item) return false;
      star = star || item->star;
      step = step || item->stepped;
      for (int value = item->first; value <= item->last; value += item->step)
        means[static_cast<std::size_t>(high == 6 ? value % 7 : value)] = true;
      begin = end + 1;
    }
    all = true;
    for (int value = low; value <= high; ++value)
      all = all && means[static_cast<std::size_t>(value)];
    return true;
  }

  static std::optional<Item> read_item(const std::string& text, int low, int high,
                                       const std::vector<std::string>& names) {
    static const std::regex form(
        "(?:(\\*)|([0-9]+|[A-Za-z]{3})(?:-([0-9]+|[A-Za-z]{3}))?)(?:/([0-9]+))?");
    std::smatch part;
    if (!std::regex_match(text, part, form)) return std::nullopt;

    Item item{low, high, 1, part[1].matched, part[4].matched};
    if (item.stepped) item.step = number(part[4]);
    if (item.step < 1 || item.step > high - low + 1) return std::nullopt;
    if (item.star) return item;

    const int highest_written = high == 6 ? 7 : high;
    item.first = value(part[2], low, names);
    if (item.first < low || item.first > highest_written) return std::nullopt;
    if (!part[3].matched) {
      if (item.first > high) item.first = low;
      if (!item.stepped) item.last = item.first;
      return item;
    }
    item.last = value(part[3], low, names);
    if (high == 6 && item.first > 0 && lower_trimmed(part[3]) == "sun") item.last = 7;
    if (item.last > highest_written || item.first >= item.last) return std::nullopt;
    return item;
  }

  static int value(const std::string& text, int low, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == lower_trimmed(text)) return low + static_cast<int>(i);
    return number(text);
  }

  // -1 where it is none, or longer than two digits.
  static int number(const std::string& text) {
    static const std::regex leading_zeros("^0+(?=.)"), two_digits("[0-9]{1,2}");
    const auto digits = std::regex_replace(text, leading_zeros, "");
    return std::regex_match(digits, two_digits) ? std::stoi(digits) : -1;
  }

  bool is_possible() const {
    if (meaning_.weekday_is_restricted) return true;
    const std::size_t longest[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (std::size_t month = 1; month <= 12; ++month)
      for (std::size_t each = 1; each <= longest[month]; ++each)
        if (meaning_.months[month] && meaning_.days[each]) return true;
    return false;
  }

  Meaning meaning_;
};

}  // namespace poolder_tests::oracle
