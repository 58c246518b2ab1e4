#include "files/walk.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "temporary_tree.hpp"

namespace indexer::files {
namespace {

using tests::TemporaryTree;

class WalkTest : public testing::Test {
 protected:
  std::map<std::string, std::uint64_t> walked(const WalkOptions& options = {}) {
    std::map<std::string, std::uint64_t> files;
    const std::size_t prefix = tree_.root().size() + 1;
    const WalkVisitor visitor{
        .file = [&](const std::string& path,
                    std::uint64_t size) { files[path.substr(prefix)] = size; },
        .problem = [&](const std::string& path,
                       const record::Problem&) { problems_.push_back(path); },
        .stopped = [] { return false; },
    };
    EXPECT_TRUE(walk(tree_.root(), options, visitor));
    return files;
  }

  using Files = std::map<std::string, std::uint64_t>;
  TemporaryTree tree_;
  std::vector<std::string> problems_;
};

TEST_F(WalkTest, FindsHiddenAndNestedFilesWithTheirSizes) {
  tree_.write("a", "1");
  tree_.write(".hidden", "22");
  tree_.write("b/c/.d/e", "333");

  EXPECT_EQ(walked(), (Files{{"a", 1}, {".hidden", 2}, {"b/c/.d/e", 3}}));
}

TEST_F(WalkTest, NeitherFollowsNorReportsLinks) {
  tree_.write("dir/file", "1");
  std::filesystem::create_directory_symlink(tree_.root(), tree_.path("dir/loop"));
  std::filesystem::create_symlink("file", tree_.path("dir/link"));
  std::filesystem::create_symlink("nowhere", tree_.path("dangling"));

  EXPECT_EQ(walked(), (Files{{"dir/file", 1}}));
}

TEST_F(WalkTest, LeavesOutWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(tree_.path("pipe").c_str(), 0600), 0);

  EXPECT_EQ(walked(), Files{});
}

TEST_F(WalkTest, TakesNamesAsTheyAre) {
  tree_.write("with space", "");
  tree_.write("with\nnewline", "");
  tree_.write("latin-1 \xe9", "");

  EXPECT_EQ(walked(), (Files{{"with space", 0}, {"with\nnewline", 0}, {"latin-1 \xe9", 0}}));
}

TEST_F(WalkTest, LeavesOutTheIndexItself) {
  tree_.write("file", "1");
  const std::string index = tree_.write("index", "22");

  EXPECT_EQ(walked({.leave_out = {file_id(index)}}), (Files{{"file", 1}}));
}

TEST_F(WalkTest, ReportsADirectoryThatIsGoneAndGoesOn) {
  const WalkVisitor visitor{
      .file = [](const std::string&, std::uint64_t) {},
      .problem = [&](const std::string& path,
                     const record::Problem&) { problems_.push_back(path); },
      .stopped = [] { return false; },
  };

  EXPECT_TRUE(walk(tree_.path("nothing"), {}, visitor));

  EXPECT_EQ(problems_, std::vector{tree_.path("nothing")});
}

TEST_F(WalkTest, StopsWhenItIsToldTo) {
  for (int i = 0; i < 10; ++i) tree_.write(std::to_string(i), "");
  int seen = 0;
  const WalkVisitor visitor{
      .file = [&](const std::string&, std::uint64_t) { ++seen; },
      .problem = [](const std::string&, const record::Problem&) {},
      .stopped = [&] { return seen == 3; },
  };

  EXPECT_FALSE(walk(tree_.root(), {}, visitor));

  EXPECT_EQ(seen, 3);
}

TEST_F(WalkTest, LetsAVisitorsExceptionThrough) {
  tree_.write("file", "");
  const WalkVisitor visitor{
      .file = [](const std::string&, std::uint64_t) { throw std::runtime_error("enough"); },
      .problem = [](const std::string&, const record::Problem&) {},
      .stopped = [] { return false; },
  };

  EXPECT_THROW(walk(tree_.root(), {}, visitor), std::runtime_error);
}

}  // namespace
}  // namespace indexer::files
