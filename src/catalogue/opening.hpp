#pragma once

#include <memory>
#include <string>

#include "sqlite/database.hpp"

namespace isr {

/// Opens the catalogue's database for writing, with its tables. One that is damaged, or of a newer
/// version, is set aside first. Waits for the disk. Throws Error.
std::unique_ptr<Database> OpenCatalogueDatabase(const std::string& path);

/// Renames the database, with its log, to `<path>.damaged-<n>`, n being the first free number, and
/// says so in the log. Nobody may have it open for writing. Throws Error.
void SetAside(const std::string& path, const std::string& reason);

}  // namespace isr
