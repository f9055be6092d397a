#include "sqlite/statement.hpp"

#include <sqlite3.h>

#include "sqlite/database.hpp"

namespace isr {
namespace {

void Check(int result, const Database& database) {
  if (result != SQLITE_OK) throw LastError(database.Handle(), "database");
}

}  // namespace

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  Check(sqlite3_prepare_v2(database.Handle(), sql.data(), static_cast<int>(sql.size()), &handle_,
                           nullptr),
        database);
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::Bind(int index, std::int64_t value) {
  Check(sqlite3_bind_int64(handle_, index, value), database_);
  return *this;
}

Statement& Statement::Bind(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* const data = value.data() == nullptr ? "" : value.data();
  Check(sqlite3_bind_text64(handle_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
        database_);
  return *this;
}

Statement& Statement::Bind(int index, double value) {
  Check(sqlite3_bind_double(handle_, index, value), database_);
  return *this;
}

Statement& Statement::BindBlob(int index, std::string_view bytes) {
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  Check(sqlite3_bind_blob64(handle_, index, data, bytes.size(), SQLITE_TRANSIENT), database_);
  return *this;
}

Statement& Statement::BindNull(int index) {
  Check(sqlite3_bind_null(handle_, index), database_);
  return *this;
}

bool Statement::Step() {
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  throw LastError(database_.Handle(), "database");
}

void Statement::Run() {
  while (Step()) {
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

std::int64_t Statement::Integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

double Statement::Real(int column) const {
  return sqlite3_column_double(handle_, column);
}

std::string_view Statement::Blob(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::Text(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

}  // namespace isr
