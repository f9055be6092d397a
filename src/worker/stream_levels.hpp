#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "format/frame_tap.hpp"
#include "level/level_meter.hpp"
#include "worker/frame_decoder.hpp"
#include "worker/wire.hpp"

namespace isr {

/// The levels of one coded stream, file by file, from its frames. One thread at a time.
class StreamLevels final : FrameDecoder::Output {
 public:
  struct Handlers {
    /// Of second `second` of that file, once or in parts; windows that are in another part, lack
    /// audio, or lie behind its end, are missing.
    std::function<void(std::uint32_t file, std::uint64_t second, const SecondOfLevels&)> levels;
    /// No more come of that file.
    std::function<void(std::uint32_t file)> file_done;
  };

  /// Throws Error when there is no decoder for it.
  StreamLevels(const CodedFormat& format, Handlers handlers);

  /// The frames that come next are that file's.
  void BeginFile(std::uint32_t file);
  /// Frames with `position` sample frames of the file before them; where that is further than
  /// thought, some were lost on the way. False: the decoder has failed.
  bool Take(std::uint64_t position, const WireFrames& frames);
  /// Gives what is there of a second that goes on; the rest comes later.
  void GiveSecondSoFar();
  /// The stream has ended.
  void Finish();

 private:
  struct FileSpan {
    std::uint32_t file = 0;
    std::uint64_t begin = 0;  ///< sample frames of the coded stream before it, lost ones too
  };

  void OnAudio(const GstAudioInfo& info, GstBuffer* audio) override;
  bool Prepare(const GstAudioInfo& info);
  void Measure(const GstAudioInfo& info, GstBuffer* audio, std::size_t frames);
  void OnWindow(const MeteredWindow& window);
  void EndFile();
  void SendSecond();
  std::uint64_t Decoded(std::uint64_t coded) const;

  const CodedFormat format_;
  const Handlers handlers_;
  std::deque<FileSpan> files_;  ///< the first is the one whose audio comes out of the decoder
  std::uint64_t taken_ = 0;     ///< sample frames of the coded stream, lost ones too
  std::uint64_t measured_ = 0;  ///< decoded frames, lost ones too
  std::uint64_t windows_ = 0;   ///< of the file
  SecondOfLevels second_{};     ///< that goes on
  std::optional<LevelMeter> meter_;
  FrameDecoder decoder_;  // last: it calls us
};

}  // namespace isr
