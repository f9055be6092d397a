#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/fd.hpp"
#include "format/file_bytes.hpp"
#include "format/sniff.hpp"

namespace isr {

/// What `RepairFile` found and did.
struct RepairReport {
  Content content = Content::kUnknown;
  bool recognised = false;  ///< the file holds audio of a kind that is understood
  bool empty = false;       ///< WAV, FLAC and Ogg: the file is a header and nothing else
  bool changed = false;     ///< something was written or cut off
  int rate = 0;             ///< Hz; 0 when not recognised
  std::uint64_t samples =
      0;                    ///< sample frames in the file now, an Opus file's pre-skip not counted
  std::uint64_t bytes = 0;  ///< size of the file now
  std::uint64_t bytes_cut = 0;  ///< taken off its end
};

/// Makes a file valid whose writer died: WAV, MPEG audio, ADTS, native FLAC, Ogg.
///
/// Cut off is only what no player could play: a piece of a frame or of a page, and zeros that a
/// file system left behind the last whole one. A file that ends in anything else keeps it. Then its
/// numbers are set right: WAV sizes; the Xing header's; STREAMINFO's samples; end of stream on the
/// last Ogg page. A second run changes nothing, and so does one on a file that was closed properly.
///
/// `file`: open for reading and writing. Reads all of MPEG and ADTS files, of others both ends.
/// Blocks on the disk. Throws Error when it cannot read, write or cut.
RepairReport RepairFile(const Fd& file);

/// A place in a file where a frame begins.
struct FilePlace {
  std::uint64_t bytes = 0;    ///< from the start of the file
  std::uint64_t samples = 0;  ///< sample frames before it
};

/// A file as it would be after a repair.
struct RepairPreview {
  RepairReport report;
  std::vector<FilePatch> patches;
};

/// What RepairFile would do if the file ended after `size` bytes: that of a file which grows is
/// valid as it is at this moment. Nothing is written. `places`: what is known of MPEG and ADTS
/// files, in order, to be read only from the last one on.
RepairPreview PreviewRepair(const Fd& file, std::uint64_t size, std::span<const FilePlace> places);

}  // namespace isr
