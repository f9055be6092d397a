#pragma once

#include <string>

#include "base/error.hpp"

struct sqlite3;

namespace isr {

/// What SQLite answered when something did not work.
class DatabaseError : public Error {
 public:
  DatabaseError(const std::string& what, int code) : Error(what), code_(code) {}

  /// The file is not a database, or a broken one: trying again will not help.
  bool IsDamage() const;

 private:
  int code_;  // SQLite's primary result code
};

/// One connection to an SQLite file. Used by one thread at a time; its statements and transactions
/// must go before it does. Every call may wait for the disk, and up to `kBusyTimeout` for a lock.
/// Everything throws DatabaseError.
class Database {
 public:
  enum class Mode {
    kReadWrite,  ///< creates the file when there is none; write-ahead log, foreign keys checked
    kReadOnly,   ///< the file must exist; others may write meanwhile
  };

  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one or more statements that return no rows and take no values.
  void Execute(const char* sql);

  /// The number that the application keeps in the file's header; 0 in a new file.
  int UserVersion();
  void SetUserVersion(int version);

  sqlite3* Handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

/// A DatabaseError with SQLite's own words about the last call on `handle`.
DatabaseError LastError(sqlite3* handle, const std::string& what);

}  // namespace isr
