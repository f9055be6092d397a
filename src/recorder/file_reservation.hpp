#pragma once

#include <string>

namespace isr {

/// Makes an empty file for a recording and returns its name below `directory`: `stem.extension`, or
/// `stem-1.extension`, `stem-2.extension` ... where that exists. Nothing is ever overwritten: the
/// file is made by us or the next number is taken. Folders are made as needed. Waits for the disk.
/// Throws Error.
std::string ReserveFile(const std::string& directory, const std::string& stem,
                        const std::string& extension);

}  // namespace isr
