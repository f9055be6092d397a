#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "catalogue/roots.hpp"
#include "catalogue/tracks.hpp"
#include "model/segment.hpp"

namespace isr {

/// An audio file as it lies in its root.
struct FoundFile {
  std::string name;  ///< of the recording
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
  std::vector<TrackContents> tracks;  ///< of those among them that have one: gaps and titles
  std::vector<std::string> vanished;  ///< rows to delete, by name
};

/// Every file with a recording's name in that root. Not: hidden files and folders, the folder
/// `analyses/`, folders behind symbolic links, links that lead out. A folder that cannot be read
/// is logged. Waits for the disk. Throws Error when the root itself cannot be read.
FoundFiles FindAudioFiles(const Root& root);

/// What comparing needs to know besides.
struct ScanSenses {
  /// Being written by this run: left alone, row and file.
  std::function<bool(const std::string& name)> is_recording;
  /// Local time - UTC at a time.
  std::function<std::chrono::seconds(UtcTime)> local_offset;
  std::function<std::optional<TrackContents>(const std::string& name)> read_track;
};

/// Compares files and rows:
/// - a file without a row gets what its track says; without a track it becomes a foreign row that
///   starts when the file was last modified;
/// - a row without a file goes, unless it would lie in a folder that could not be read;
/// - a row still growing, or of a file left unfinished, gets what the track says. When that does
/// not
///   know the end either, a crash of the daemon cut it off: it ends so, with the file's size;
/// - a foreign row whose file changed its size is made anew.
ScanResult CompareWithFiles(const FoundFiles& found, std::span<const Segment> rows,
                            const ScanSenses& senses);

/// Whether the recordings of a root seem not to be where they were, as when their disk is not
/// mounted: there are rows of complete recordings, and of none is there a file or a track. Then
/// nothing may be deleted.
bool LooksUnmounted(const FoundFiles& found, std::span<const Segment> rows,
                    const std::function<bool(const std::string& name)>& is_recording,
                    const std::function<bool(const std::string& name)>& has_track);

}  // namespace isr
