#include "text/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace indexer::text {
namespace {

TEST(Utf8, LeavesWellFormedTextAsItIs) {
  const std::string text = "plain, caf\u00e9, \u6f22\u5b57, \U0001F600";

  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(repaired(text), text);
}

TEST(Utf8, ReadsOtherBytesAsLatin1) {
  EXPECT_EQ(repaired("caf\xe9"), "caf\u00e9");
  EXPECT_EQ(repaired("na\xefve"), "na\u00efve");
  EXPECT_EQ(repaired("\xa9"), "\u00a9");
}

TEST(Utf8, MixesBothInOneText) { EXPECT_EQ(repaired("\u00e9 \xe9"), "\u00e9 \u00e9"); }

// Unicode 15, table 3-7.
TEST(Utf8, RefusesWhatTheStandardRefuses) {
  EXPECT_EQ(sequence_length("\x80"), 0U) << "a continuation alone";
  EXPECT_EQ(sequence_length("\xc0\x80"), 0U) << "overlong";
  EXPECT_EQ(sequence_length("\xc1\xbf"), 0U) << "overlong";
  EXPECT_EQ(sequence_length("\xe0\x9f\xbf"), 0U) << "overlong";
  EXPECT_EQ(sequence_length("\xf0\x8f\xbf\xbf"), 0U) << "overlong";
  EXPECT_EQ(sequence_length("\xed\xa0\x80"), 0U) << "a surrogate";
  EXPECT_EQ(sequence_length("\xf4\x90\x80\x80"), 0U) << "above U+10FFFF";
  EXPECT_EQ(sequence_length("\xf5\x80\x80\x80"), 0U) << "no lead";
  EXPECT_EQ(sequence_length("\xe2\x82"), 0U) << "cut off";
  EXPECT_EQ(sequence_length(""), 0U);
}

TEST(Utf8, AcceptsTheEdges) {
  EXPECT_EQ(sequence_length("\x7f"), 1U);
  EXPECT_EQ(sequence_length("\xc2\x80"), 2U);
  EXPECT_EQ(sequence_length("\xe0\xa0\x80"), 3U);
  EXPECT_EQ(sequence_length("\xed\x9f\xbf"), 3U);
  EXPECT_EQ(sequence_length("\xf0\x90\x80\x80"), 4U);
  EXPECT_EQ(sequence_length("\xf4\x8f\xbf\xbf"), 4U);
}

TEST(Utf8, WhatItRepairsIsAlwaysUtf8) {
  for (int first = 0x80; first < 0x100; ++first) {
    for (int second = 0; second < 0x100; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), '\x80', 'a'};
      EXPECT_TRUE(is_utf8(repaired(bytes))) << first << ' ' << second;
    }
  }
}

}  // namespace
}  // namespace indexer::text
