#include "sqlite/database.hpp"

#include <cassert>

#include <sqlite3.h>

#include "sqlite/statement.hpp"

namespace isr {
namespace {

constexpr int kBusyTimeout = 5000;  // ms

int Flags(Database::Mode mode) {
  // No mutex of SQLite's own: one thread at a time uses a connection.
  if (mode == Database::Mode::kReadOnly) return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
}

void Close(sqlite3* handle) {
  [[maybe_unused]] const int result = sqlite3_close(handle);
  assert(result == SQLITE_OK && "a statement outlived its database");
}

}  // namespace

bool DatabaseError::IsDamage() const {
  return code_ == SQLITE_CORRUPT || code_ == SQLITE_NOTADB;
}

DatabaseError LastError(sqlite3* handle, const std::string& what) {
  return {what + ": " + sqlite3_errmsg(handle), sqlite3_errcode(handle) & 0xff};
}

Database::Database(const std::string& path, Mode mode) {
  const int result = sqlite3_open_v2(path.c_str(), &handle_, Flags(mode), nullptr);
  try {
    if (result != SQLITE_OK) throw LastError(handle_, "cannot open database '" + path + "'");
    sqlite3_busy_timeout(handle_, kBusyTimeout);
    // NORMAL: a power cut may cost the last commits, never the file; WAL syncs at checkpoints.
    if (mode == Mode::kReadWrite) {
      Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    }
  } catch (...) {
    Close(handle_);
    throw;
  }
}

Database::~Database() {
  Close(handle_);
}

void Database::Execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw LastError(handle_, "database");
  }
}

int Database::UserVersion() {
  Statement statement(*this, "PRAGMA user_version");
  return statement.Step() ? static_cast<int>(statement.Integer(0)) : 0;
}

void Database::SetUserVersion(int version) {
  // A pragma takes no bound values.
  Execute(("PRAGMA user_version = " + std::to_string(version)).c_str());
}

}  // namespace isr
