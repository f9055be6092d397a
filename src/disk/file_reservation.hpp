#pragma once

#include <string>

#include "base/fd.hpp"

namespace isr {

/// A new, empty file of ours.
struct Reservation {
  Fd fd;             ///< open for writing
  std::string path;  ///< the name it got
};

/// Makes an empty file at `path`, `stem.extension`, or at `stem-1.extension`, `stem-2.extension`
/// ... where that exists: nothing is ever overwritten. Folders are made as needed. It is locked
/// (flock), where the file system can. Waits for the disk. Throws std::system_error.
Reservation ReserveFile(const std::string& path);

/// The same, but in the place of a file at `path`.
Reservation ReplaceFile(const std::string& path);

}  // namespace isr
