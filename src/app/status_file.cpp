#include "app/status_file.hpp"

#include <utility>

#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "glib/log.hpp"

namespace isr {

StatusFile::~StatusFile() {
  thread_.Post([path = path_] { ::unlink(path.c_str()); });
}

void StatusFile::Write(std::string document) {
  if (thread_.Backlog() > 0) return;
  thread_.Post([this, document = std::move(document)] {
    try {
      WriteFileAtomically(path_, document, Durability::kVolatile);
      in_trouble_ = false;
    } catch (const Error& error) {
      if (!std::exchange(in_trouble_, true)) {
        LogWarning("app", "{}; trying again every 2 s", Describe(error));
      }
    }
  });
}

}  // namespace isr
