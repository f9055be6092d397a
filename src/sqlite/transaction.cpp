#include "sqlite/transaction.hpp"

#include <sqlite3.h>

#include "sqlite/database.hpp"

namespace isr {

Transaction::Transaction(Database& database) : database_(database) {
  database_.Execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (disk full); the error of this is then of no interest.
  if (!committed_) sqlite3_exec(database_.Handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::Commit() {
  database_.Execute("COMMIT");
  committed_ = true;
}

}  // namespace isr
