#pragma once

#include <span>

#include "format/file_bytes.hpp"
#include "format/repair.hpp"
#include "format/sync_code.hpp"

namespace isr {

// The parts of RepairFile, one per kind of file. Each sets `recognised`, `rate`, `samples` of the
// report, and throws Error as FileBytes does.

void RepairWav(FileBytes& file, RepairReport& report);
void RepairSyncFrames(const SyncCode& code, std::span<const FilePlace> places, FileBytes& file,
                      RepairReport& report);
void RepairFlac(FileBytes& file, RepairReport& report);
void RepairOgg(FileBytes& file, RepairReport& report);

/// Where a file, or its first `size` bytes, should end whose last whole unit ends at `end`: there,
/// when what stands behind is no longer than a broken unit may be, or zeros follow behind that
/// much; else at `size`.
std::uint64_t EndWithoutTail(const FileBytes& file, std::uint64_t end, std::uint64_t size,
                             std::uint64_t max_unit);

}  // namespace isr
