// libFuzzer over cron expressions, times and zones: `./dev fuzz`. What is accepted is what another
// reader accepts, it means the same, it is written and read back as the same, and it fires when a
// walk through time, minute by minute, says so.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <fuzzer/FuzzedDataProvider.h>

#include <poolder/core/error.hpp>
#include <poolder/schedule/cron.hpp>

#include "schedule/cron_oracle.hpp"
#include "schedule/cron_reading.hpp"

using namespace poolder;
using namespace poolder_tests::oracle;

namespace {

constexpr std::size_t longest_text = 200;  // std::regex recurses

struct Zone {
  std::string name;
  Clock clock{name};
};

const Zone& zone(std::size_t which) {
  static const std::vector<Zone> zones = [] {
    std::vector<Zone> all;
    for (const char* name :
         {"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
          "Antarctica/Troll", "America/Santiago", "Asia/Gaza", "Europe/Dublin", "Pacific/Chatham",
          "America/Nuuk", "Asia/Kathmandu"})
      all.push_back({name});
    return all;
  }();
  return zones[which % zones.size()];
}

/// Bytes as they are, or each as a word of cron's language, which is accepted more often.
std::string spoken(const std::string& bytes, bool as_words) {
  static const std::vector<std::string> words = {
      " ",  " ",  " ",  " * ", "*",   "*/",  ",",   "-",   "/",       "0",     "1",      "2",
      "3",  "4",  "5",  "6",   "7",   "8",   "9",   "10",  "15",      "23",    "29",     "30",
      "31", "59", "60", "feb", "APR", "Sun", "MON", "fri", "FRI-SUN", " 0 0 ", "29 2 *", "@daily"};
  if (!as_words) return bytes;
  std::string text;
  for (const char byte : bytes) text += words[static_cast<std::uint8_t>(byte) % words.size()];
  return text;
}

void require(bool holds, const char* what, const std::string& text) {
  if (holds) return;
  std::cerr << what << ": \"" << text << "\"\n";
  std::abort();
}

std::optional<Cron> parse(const std::string& text) {
  try {
    return Cron::parse(text);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::invalid_argument, "another error", text);
    return std::nullopt;
  }
}

std::optional<Seconds> next(const Cron& cron, Seconds after, const std::string& zone) {
  const std::chrono::sys_seconds time{std::chrono::seconds{after}};
  try {
    return cron.next(time, zone).time_since_epoch().count();
  } catch (const Error&) {
    return std::nullopt;  // at the end of time
  }
}

void check_form(const Cron& cron, const std::string& text) {
  const auto canonical = cron.to_string();
  require(Cron::parse(canonical) == cron, "is not read back as the same", text);
  require(Cron::parse(canonical).to_string() == canonical, "has several canonical forms", text);
}

void check_anywhere(const Cron& cron, Seconds after, const Zone& zone, const std::string& text) {
  constexpr Seconds year_9000 = 221'845'392'000;
  const auto found = next(cron, after, zone.name);
  require(found.has_value() || after > year_9000, "does not fire", text);
  require(!found || *found > after, "is not later", text);
}

void check_firing(const Cron& cron, const Meaning& meaning, Seconds after, const Zone& zone,
                  const std::string& text) {
  const auto until = after + 400 * day;
  const auto expected = Walk(meaning, zone.clock).first(after, until);
  const auto found = next(cron, after, zone.name);
  const bool agrees = expected ? found == expected : found && *found >= until;
  require(agrees, "fires at another time", text + "\" in \"" + zone.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto& place = zone(input.ConsumeIntegral<std::uint8_t>());
  const auto anywhere = input.ConsumeIntegral<Seconds>();
  constexpr Seconds begin_2020 = 1'577'836'800, begin_2036 = 2'082'758'400;
  const auto known = begin_2020 + static_cast<Seconds>(static_cast<std::uint64_t>(anywhere) %
                                                       (begin_2036 - begin_2020));
  const bool as_words = input.ConsumeBool();
  const auto text = spoken(input.ConsumeRemainingBytesAsString(), as_words);
  if (text.size() > longest_text) return 0;

  const auto cron = parse(text);
  const auto meaning = Reading::of(text);
  require(cron.has_value() == meaning.has_value(), "is accepted by one reader only", text);
  if (!cron) return 0;

  check_form(*cron, text);
  check_anywhere(*cron, anywhere, place, text);
  check_firing(*cron, *meaning, known, place, text);
  return 0;
}
