#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "buffer/audio_buffer.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/roots.hpp"
#include "config/settings.hpp"
#include "replay/stretch.hpp"

namespace isr {

/// One source's last seconds, to be saved from its recordings, or from memory.
struct SaveJob {
  SourceSettings source;
  ReplaySettings replay;
  std::vector<Segment> growing;  ///< not complete, oldest first, `frames` as far as they have come
  std::shared_ptr<const AudioBuffer::Hold> memory;  ///< where it is; nullptr: in recordings
  std::vector<HeldSegment> held;                    ///< there, oldest first
  std::vector<Gap> gaps;                            ///< of memory
  std::optional<UtcTime> audio_end;  ///< wall time after the last frame; none: nothing comes
  UtcTime end{};                     ///< up to here
  double seconds = 0;
  std::string label;
};

/// A file that is safe.
struct SavedFile {
  std::string path;
  std::string format;       ///< "wav"
  RecordedStretch stretch;  ///< what was taken, its last piece as it was meant to be
  double seconds = 0;       ///< of audio in the file
};

/// Saves. What is on its way to the disk is waited for, but not for long. Recordings of sound cards
/// and the like become the format that [replay] wants, to the sample; those of streams stay as they
/// came, in whole frames, and nothing of them is decoded. Gives up when `is_over` becomes true.
/// Waits for the disk. Throws SaveError.
SavedFile RunSave(const SaveJob& job, const Roots& roots, Catalogue& catalogue,
                  const std::atomic<bool>& is_over);

}  // namespace isr
