#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <gst/gst.h>

#include "format/bytes.hpp"
#include "plugins/file_start.hpp"

namespace isr {

/// Turns one file's audio into its bytes. A new one for each file; streaming thread only.
class FileMuxer {
 public:
  /// Where the bytes go.
  class Output {
   public:
    virtual ~Output() = default;
    virtual void Append(ByteView bytes) = 0;
    /// What is appended next, until the next buffer comes, begins so far into the file's audio; for
    /// a muxer that gives out later than it takes in.
    virtual void SetTime(std::chrono::nanoseconds since_begin) = 0;
    /// Replaces bytes appended before.
    virtual void Patch(std::uint64_t offset, ByteView bytes) = 0;
  };

  virtual ~FileMuxer() = default;
  /// False: not a format for this muxer. Once, before the first buffer.
  virtual bool SetCaps(GstCaps* caps) = 0;
  /// The file's first buffer is about to come; `start` where isrsplit was there to say it.
  virtual void Begin(const std::optional<FileStart>& start, Output& output) = 0;
  /// `bytes` are those of `buffer`.
  virtual void Take(GstBuffer* buffer, ByteView bytes, Output& output) = 0;
  virtual void Finish(Output& output) = 0;
};

/// What becomes of PCM.
enum class PcmFormat { kWav, kFlac };

/// The muxer for audio of these caps; nullptr when there is none.
std::unique_ptr<FileMuxer> MakeFileMuxer(GstCaps* caps, PcmFormat pcm_format);

}  // namespace isr
