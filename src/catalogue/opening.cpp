#include "catalogue/opening.hpp"

#include <cerrno>
#include <cstdio>

#include <unistd.h>

#include "base/error.hpp"
#include "catalogue/rows.hpp"
#include "glib/log.hpp"

namespace isr {
namespace {

std::unique_ptr<Database> TryOpen(const std::string& path) {
  auto database = std::make_unique<Database>(path, Database::Mode::kReadWrite);
  PrepareSchema(*database);
  return database;
}

}  // namespace

std::unique_ptr<Database> OpenCatalogueDatabase(const std::string& path) {
  try {
    return TryOpen(path);
  } catch (const DatabaseError& error) {
    if (!error.IsDamage()) throw;
    SetAside(path, error.what());
  } catch (const Error& error) {
    SetAside(path, error.what());
  }
  return TryOpen(path);
}

void SetAside(const std::string& path, const std::string& reason) {
  int number = 1;
  std::string aside = path + ".damaged-1";
  while (::access(aside.c_str(), F_OK) == 0) aside = path + ".damaged-" + std::to_string(++number);
  if (std::rename(path.c_str(), aside.c_str()) != 0) {
    throw SystemError("cannot rename the damaged database '" + path + "'", errno);
  }
  // The log belongs to it: a new database must not find it. There may be none.
  for (const char* const suffix : {"-wal", "-shm"}) {
    std::rename((path + suffix).c_str(), (aside + suffix).c_str());
  }
  LogWarning("catalogue",
             "cannot use '{}' ({}); it is kept as '{}', and a new one is begun from "
             "the files there are",
             path, reason, aside);
}

}  // namespace isr
