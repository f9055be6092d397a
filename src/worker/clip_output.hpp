#pragma once

#include <cstdint>
#include <span>

namespace isr {

/// What a process that clips prints, see clip.hpp; and then it ends.
class ClipOutput {
 public:
  /// Of interleaved little-endian PCM.
  struct Format {
    int rate = 0;
    int channels = 0;
    int bits = 0;  ///< of a sample: 16, 24 or 32
  };

  /// "trouble REASON" instead of a clip.
  [[noreturn]] static void Refuse(const char* reason);

  /// `frames`: that will be printed. Once, first.
  void Begin(const Format& format, std::int64_t frames);
  std::int64_t Written() const { return written_; }

  /// A decoder's first frames, an encoder's padding, a length estimated may be missing. Ends the
  /// process where it is more.
  void PrintSilence(std::int64_t frames);
  /// Whole frames. Who reads has all that can be had as soon as it is there.
  void Print(std::span<const char> bytes);
  /// Its own end, early where not all was printed.
  [[noreturn]] static void Finish();
  [[noreturn]] static void Fail();

 private:
  int FrameBytes() const { return format_.channels * format_.bits / 8; }

  Format format_;
  std::int64_t written_ = 0;  ///< frames
};

constexpr const char* kNoSuchTime = "there is no audio at that time";

}  // namespace isr
