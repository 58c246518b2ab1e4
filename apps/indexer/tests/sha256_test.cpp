#include "files/sha256.hpp"

#include <string>

#include <gtest/gtest.h>

namespace indexer::files {
namespace {

// FIPS 180-2, appendix B, and the hash of nothing.
constexpr const char* of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* of_a_million_a =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesThePublishedHashes) {
  Sha256 sha256;

  EXPECT_EQ(sha256.finish(), of_nothing);
  sha256.add("abc");
  EXPECT_EQ(sha256.finish(), of_abc);
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  Sha256 sha256;
  for (int i = 0; i < 1000; ++i) sha256.add(std::string(1000, 'a'));

  EXPECT_EQ(sha256.finish(), of_a_million_a);
}

TEST(Sha256, ForgetsWhatCameBeforeAReset) {
  Sha256 sha256;
  sha256.add("something else");

  sha256.reset();
  sha256.add("abc");

  EXPECT_EQ(sha256.finish(), of_abc);
}

}  // namespace
}  // namespace indexer::files
