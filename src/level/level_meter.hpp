#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "level/audio_view.hpp"
#include "level/high_pass.hpp"
#include "level/track.hpp"
#include "level/window_grid.hpp"

namespace isr {

/// Below this the detector hears nothing, Hz: rumble, wind and DC are no events.
constexpr double kDetectionCorner = 50;
/// How long that takes after a break, until the break itself is 50 dB lower.
constexpr std::chrono::milliseconds kDetectionSettles{50};

/// What one channel was in a window. Full scale is 1.
struct ChannelLevel {
  double power = 0;      ///< mean square; its square root is the RMS
  double peak = 0;       ///< of the magnitude
  double detection = 0;  ///< mean square above kDetectionCorner, of what is heard
};

/// What the meter makes of a stretch of audio.
struct MeteredWindow {
  std::uint64_t begin = 0;   ///< frames of the file before it, also those that were lost
  std::uint64_t length = 0;  ///< frames: a whole window's, fewer where the file ends
  std::uint64_t frames = 0;  ///< of these, that were there to be measured. 0: the window is missing
  /// Of these, that the detector hears: not those just after a begin or a loss, which tell more of
  /// the break than of the sound.
  std::uint64_t heard = 0;
  std::vector<ChannelLevel> channels;

  double Power() const;      ///< mean over the channels
  double Detection() const;  ///< mean over the channels
  double Peak() const;       ///< the highest of the channels
  /// In hundredths of dB, as it stands in a track. Missing when nothing was measured.
  LevelWindow Levels() const;
};

/// Measures audio in windows of a fixed length, exact to the frame. Windows begin anew with each
/// file, the short last one counts by its own length; the filter runs on through all of them. No
/// allocation after the constructor. One thread at a time.
class LevelMeter {
 public:
  /// Called with each window that is complete. It lives until the call returns.
  using Handler = std::function<void(const MeteredWindow&)>;

  LevelMeter(const AudioFormat& format, std::chrono::nanoseconds window, Handler handler);

  const AudioFormat& Format() const { return format_; }

  void Take(const AudioView& audio);
  /// The same with silence.
  void TakeSilence(std::uint64_t frames);
  /// Frames were lost here: the windows in which they lay count what is there, or are missing.
  void Skip(std::uint64_t frames);
  /// The file ends here: the window that goes on is complete. What comes next is another file's.
  void EndFile();

  /// Frames of the file taken or skipped so far.
  std::uint64_t Position() const { return window_.begin + window_.length; }

 private:
  static constexpr std::size_t kBlock = HighPassPair::kMaxFrames;

  /// How many frames may be measured in one go.
  std::uint64_t Piece(std::uint64_t frames) const;
  std::uint64_t Rest() const { return grid_.Frames() - window_.length; }
  void AddBlock(std::size_t pair, std::size_t frames);
  void Measured(std::uint64_t frames);
  void Pass(std::uint64_t frames);
  void Close();

  const AudioFormat format_;
  const Handler handler_;
  WindowGrid grid_;
  std::vector<HighPassPair> filters_;      ///< one for two channels
  std::array<float, 2 * kBlock> block_{};  ///< of two channels
  const std::uint64_t settling_;           ///< frames
  std::uint64_t unheard_;                  ///< frames until the detector hears again
  MeteredWindow window_;                   ///< sums where it will have means
};

}  // namespace isr
