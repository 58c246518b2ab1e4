#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "store/build_lock.hpp"
#include "store/index_reader.hpp"
#include "store/index_writer.hpp"
#include "store/schema.hpp"
#include "temporary_tree.hpp"

namespace indexer::store {
namespace {

using record::Document;
using record::Kind;
using record::ProblemKind;

class IndexTest : public testing::Test {
 protected:
  IndexTest() { create(path_); }

  static Document document(std::string path, std::string words) {
    return {.path = std::move(path),
            .size = 7,
            .sha256 = "hash",
            .kind = Kind::text,
            .words = std::move(words)};
  }

  std::vector<std::string> found(const std::string& expression) {
    std::vector<std::string> paths;
    for (const Match& match : IndexReader(path_).search(expression, 100))
      paths.push_back(match.path);
    return paths;
  }

  using Paths = std::vector<std::string>;
  tests::TemporaryTree tree_;
  std::string path_ = tree_.path("index");
};

TEST_F(IndexTest, FindsTheFilesWithAllTheWordsBestFirst) {
  IndexWriter writer(path_, "/root");
  writer.add(document("/root/much", "word word word word "));
  writer.add(document("/root/little", "word other other other "));
  writer.add(document("/root/none", "other "));
  writer.finish("complete");

  EXPECT_EQ(found("\"word\""), (Paths{"/root/much", "/root/little"}));
  EXPECT_EQ(found("\"word\" \"other\""), Paths{"/root/little"});
  EXPECT_EQ(IndexReader(path_).count("\"other\""), 2U);
}

TEST_F(IndexTest, SaysHowFarItGot) {
  IndexWriter writer(path_, "/root");
  writer.set_found(10, false);
  writer.add(document("/root/a", "word "));
  writer.finish("interrupted");

  const Meta meta = IndexReader(path_).meta();

  EXPECT_EQ(meta.root, "/root");
  EXPECT_EQ(meta.state, "interrupted");
  EXPECT_FALSE(meta.complete());
  EXPECT_EQ(meta.files_done, 1U);
  EXPECT_EQ(meta.files_found, 10U);
  EXPECT_FALSE(meta.found_all);
  EXPECT_EQ(meta.bytes_done, 7U);
}

TEST_F(IndexTest, ShowsOthersOnlyWhatWasCommitted) {
  IndexWriter writer(path_, "/root");
  writer.add(document("/root/a", "word "));
  EXPECT_EQ(found("\"word\""), Paths{});
  EXPECT_EQ(IndexReader(path_).meta().files_done, 0U);

  writer.commit();

  EXPECT_EQ(found("\"word\""), Paths{"/root/a"});
  EXPECT_EQ(IndexReader(path_).meta().files_done, 1U);
  EXPECT_EQ(IndexReader(path_).meta().state, "building");
}

TEST_F(IndexTest, GoesBackToTheLastCommit) {
  IndexWriter writer(path_, "/root");
  writer.add(document("/root/a", "word "));
  writer.commit();
  writer.add(document("/root/b", "word "));

  writer.roll_back();
  writer.finish("failed");

  EXPECT_EQ(found("\"word\""), Paths{"/root/a"});
  EXPECT_EQ(IndexReader(path_).meta().files_done, 1U);
}

TEST_F(IndexTest, ListsAndCountsProblems) {
  IndexWriter writer(path_, "/root");
  Document damaged = document("/root/a", "word ");
  damaged.problems = {{ProblemKind::damaged, "why"}, {ProblemKind::non_utf8, "3 words"}};
  writer.add(damaged);
  writer.add(record::PathProblem{"/root/dir", {ProblemKind::unreadable, "Permission denied"}});
  writer.finish("complete");

  IndexReader index(path_);
  const auto problems = index.problems(10);

  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].problem, "damaged");
  EXPECT_EQ(problems[0].path, "/root/a");
  EXPECT_EQ(problems[0].detail, "why");
  EXPECT_EQ(problems[2].path, "/root/dir");
  EXPECT_EQ(index.problems_by_name().size(), 3U);
  EXPECT_EQ(index.meta().files_done, 1U) << "a directory is no file";
}

TEST_F(IndexTest, KeepsNamesThatAreNotUtf8) {
  IndexWriter writer(path_, "/root");
  writer.add(document("/root/\xe9\n", "word "));
  writer.finish("complete");

  EXPECT_EQ(found("\"word\""), Paths{"/root/\xe9\n"});
}

TEST_F(IndexTest, FoldsLettersBeyondAsciiAndKeepsTheirMarks) {
  IndexWriter writer(path_, "/root");
  writer.add(document("/root/a", "\u00c9T\u00c9 resum\u00e9 "));
  writer.finish("complete");

  EXPECT_EQ(found("\"\u00e9t\u00e9\""), Paths{"/root/a"});
  EXPECT_EQ(found("\"resume\""), Paths{});
}

TEST_F(IndexTest, StartsOverOnAnOlderIndex) {
  {
    IndexWriter writer(path_, "/root");
    writer.add(document("/root/old", "word "));
    writer.finish("complete");
  }

  create(path_);
  IndexWriter(path_, "/root").finish("complete");

  EXPECT_EQ(found("\"word\""), Paths{});
}

TEST_F(IndexTest, RefusesWhatIsNoIndexAndLeavesItAlone) {
  const std::string letter = tree_.write("letter", std::string(5000, 'x'));
  const std::string other = tree_.path("other");
  SQLite::Database(other, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (c)");

  EXPECT_THROW(create(letter), std::runtime_error);
  EXPECT_THROW(create(other), std::runtime_error);
  EXPECT_THROW(IndexReader{letter}, std::runtime_error);
  EXPECT_THROW(IndexReader{other}, std::runtime_error);
  EXPECT_THROW(IndexReader{tree_.path("nothing")}, std::runtime_error);

  EXPECT_EQ(std::filesystem::file_size(letter), 5000U);
  EXPECT_TRUE(SQLite::Database(other).tableExists("t"));
}

TEST_F(IndexTest, HasOneBuilderAtATime) {
  {
    const BuildLock lock(path_);
    EXPECT_THROW(BuildLock{path_}, std::runtime_error);
  }
  EXPECT_NO_THROW(BuildLock{path_});
}

}  // namespace
}  // namespace indexer::store
