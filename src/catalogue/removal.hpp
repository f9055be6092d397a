#pragma once

#include <string>

#include "catalogue/roots.hpp"

namespace isr {

enum class Removal {
  kRemoved,
  kNoSuchRecording,
  kInUse,  ///< it is being recorded, or somebody holds a lock on it
};

/// Deletes the recording called `name` its track and its marks, and the folders that are empty
/// then. Waits for the disk. Any thread. Throws SystemError when the disk refuses; nothing else is
/// deleted then.
Removal RemoveRecording(const Roots& roots, const std::string& name);

}  // namespace isr
