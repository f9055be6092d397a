#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/segment.hpp"

namespace isr {

/// An audio file as it lies below the output directory.
struct FoundFile {
  std::string name;  ///< path below the output directory
  std::int64_t bytes = 0;
  UtcTime modified{};
};

struct FoundFiles {
  std::vector<FoundFile> files;
  std::vector<std::string> unread;  ///< folders, ending in '/', of which nothing is known
};

/// What must be written so that the rows say what the files say.
struct ScanResult {
  std::vector<Segment> changed;       ///< new or different rows
  std::vector<std::string> vanished;  ///< rows to delete, by name
};

/// Every file with a recording's name below `directory`. Not: hidden files and folders, the folder
/// `analyses/`, folders behind symbolic links, links that lead out. A folder that cannot be read
/// is logged. Waits for the disk. Throws Error when `directory` itself cannot be read.
FoundFiles FindAudioFiles(const std::string& directory);

/// Compares files and rows:
/// - a file without a row becomes a foreign row that starts when the file was last modified;
/// - a row without a file goes, unless it would lie in a folder that could not be read;
/// - a row still growing was cut off by a crash of the daemon: it ends so, with the file's size;
/// - a foreign row whose file changed its size is made anew.
/// A name for which `is_recording` holds is left alone, row and file. `local_offset` gives local
/// time - UTC at a time.
ScanResult CompareWithFiles(const FoundFiles& found, std::span<const Segment> rows,
                            const std::function<bool(const std::string& name)>& is_recording,
                            const std::function<std::chrono::seconds(UtcTime)>& local_offset);

}  // namespace isr
