#pragma once

namespace isr {

class Database;

/// All or nothing: what was written since the constructor is undone unless Commit was reached.
class Transaction {
 public:
  explicit Transaction(Database& database);  ///< takes the write lock; throws DatabaseError
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void Commit();  ///< throws DatabaseError; the destructor then rolls back

 private:
  Database& database_;
  bool committed_ = false;
};

}  // namespace isr
