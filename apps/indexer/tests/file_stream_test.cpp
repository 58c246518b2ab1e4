#include "files/file_stream.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "files/file_error.hpp"
#include "temporary_tree.hpp"

namespace indexer::files {
namespace {

using record::ProblemKind;
using tests::TemporaryTree;

ProblemKind problem_of(const std::string& path) {
  try {
    FileStream file(path);
  } catch (const FileError& error) {
    return error.problem().kind;
  }
  ADD_FAILURE() << path << " was opened";
  return ProblemKind::failed;
}

TEST(FileStream, FillsTheBufferUntilTheFileEnds) {
  const TemporaryTree tree;
  FileStream file(tree.write("file", "0123456789"));
  std::array<char, 7> buffer{};

  EXPECT_EQ(file.size(), 10U);
  EXPECT_EQ(file.read(buffer), 7U);
  EXPECT_EQ(std::string(buffer.data(), 7), "0123456");
  EXPECT_EQ(file.read(buffer), 3U);
  EXPECT_EQ(file.read(buffer), 0U);
}

TEST(FileStream, SaysThatAFileHasVanished) {
  const TemporaryTree tree;

  EXPECT_EQ(problem_of(tree.path("nothing")), ProblemKind::vanished);
}

TEST(FileStream, NeverFollowsALink) {
  const TemporaryTree tree;
  std::filesystem::create_symlink(tree.write("file", "x"), tree.path("link"));

  EXPECT_EQ(problem_of(tree.path("link")), ProblemKind::vanished);
}

TEST(FileStream, NeverWaitsOnAPipeThatTookTheFilesPlace) {
  const TemporaryTree tree;
  ASSERT_EQ(::mkfifo(tree.path("pipe").c_str(), 0600), 0);

  EXPECT_EQ(problem_of(tree.path("pipe")), ProblemKind::vanished);
}

TEST(FileError, KnowsWhatMayPass) {
  EXPECT_TRUE(FileError(EIO).transient());
  EXPECT_TRUE(FileError(EMFILE).transient());
  EXPECT_FALSE(FileError(EACCES).transient());
  EXPECT_FALSE(FileError(ENOENT).transient());
}

TEST(FileError, CallsUnreadableWhatIsStillThere) {
  EXPECT_EQ(FileError(EACCES).problem().kind, ProblemKind::unreadable);
  EXPECT_EQ(FileError(EIO).problem().kind, ProblemKind::unreadable);
}

}  // namespace
}  // namespace indexer::files
