#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "sqlite/database.hpp"
#include "sqlite/statement.hpp"
#include "sqlite/transaction.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

class SqliteTest : public testing::Test {
 protected:
  std::int64_t Count(Database& database) {
    Statement count(database, "SELECT count(*) FROM t");
    return count.Step() ? count.Integer(0) : -1;
  }

  const TemporaryFolder directory_;
  const std::string path_ = directory_.Path() + "/test.db";
};

TEST_F(SqliteTest, ValuesComeBackAsTheyWereBound) {
  Database database(path_, Database::Mode::kReadWrite);
  database.Execute("CREATE TABLE t (n INTEGER, s TEXT, e TEXT, x TEXT)");
  const std::string with_nul("a\0\xC3\xA9", 4);
  Statement insert(database, "INSERT INTO t VALUES (?, ?, ?, ?)");
  insert.Bind(1, std::int64_t{-9007199254740993}).Bind(2, with_nul).Bind(3, std::string_view());
  insert.BindNull(4).Run();

  Statement select(database, "SELECT n, s, e, x FROM t");
  ASSERT_TRUE(select.Step());
  EXPECT_EQ(select.Integer(0), -9007199254740993);
  EXPECT_EQ(select.Text(1), with_nul);
  EXPECT_EQ(select.Text(2), "");
  EXPECT_FALSE(select.IsNull(2));
  EXPECT_TRUE(select.IsNull(3));
  EXPECT_FALSE(select.Step());
}

TEST_F(SqliteTest, AStatementForgetsItsValuesAfterARun) {
  Database database(path_, Database::Mode::kReadWrite);
  database.Execute("CREATE TABLE t (n INTEGER)");
  Statement insert(database, "INSERT INTO t VALUES (?)");
  insert.Bind(1, std::int64_t{1}).Run();
  insert.Run();
  Statement nulls(database, "SELECT count(*) FROM t WHERE n IS NULL");
  ASSERT_TRUE(nulls.Step());
  EXPECT_EQ(nulls.Integer(0), 1);
}

TEST_F(SqliteTest, ATransactionWithoutCommitIsUndone) {
  Database database(path_, Database::Mode::kReadWrite);
  database.Execute("CREATE TABLE t (n INTEGER)");
  {
    Transaction transaction(database);
    database.Execute("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(Count(database), 0);
  {
    Transaction transaction(database);
    database.Execute("INSERT INTO t VALUES (1)");
    transaction.Commit();
  }
  EXPECT_EQ(Count(database), 1);
}

TEST_F(SqliteTest, AReaderSeesWhatWasCommittedWhileTheWriterGoesOn) {
  Database writer(path_, Database::Mode::kReadWrite);
  writer.Execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)");
  Transaction transaction(writer);
  writer.Execute("INSERT INTO t VALUES (2)");
  Database reader(path_, Database::Mode::kReadOnly);
  EXPECT_EQ(Count(reader), 1);
  EXPECT_THROW(reader.Execute("INSERT INTO t VALUES (3)"), DatabaseError);
}

TEST_F(SqliteTest, AMissingFileIsNotMadeByAReader) {
  EXPECT_THROW(Database(path_, Database::Mode::kReadOnly), DatabaseError);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteTest, AFileThatIsNoDatabaseIsDamage) {
  std::ofstream(path_) << std::string(4096, 'x');
  try {
    Database database(path_, Database::Mode::kReadWrite);
    FAIL() << "opened";
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.IsDamage()) << error.what();
  }
}

TEST_F(SqliteTest, AMistakeInSqlIsNotDamage) {
  Database database(path_, Database::Mode::kReadWrite);
  try {
    Statement statement(database, "SELEKT 1");
    FAIL() << "prepared";
  } catch (const DatabaseError& error) {
    EXPECT_FALSE(error.IsDamage());
    EXPECT_NE(std::string(error.what()).find("SELEKT"), std::string::npos) << error.what();
  }
}

TEST_F(SqliteTest, TheUserVersionStaysInTheFile) {
  {
    Database database(path_, Database::Mode::kReadWrite);
    EXPECT_EQ(database.UserVersion(), 0);
    database.SetUserVersion(7);
  }
  EXPECT_EQ(Database(path_, Database::Mode::kReadOnly).UserVersion(), 7);
}

}  // namespace
}  // namespace isr
