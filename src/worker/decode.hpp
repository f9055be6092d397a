#pragma once

namespace isr {

/// The descriptor on which a process that decodes has its file.
constexpr int kDecodeInput = 3;

enum class DecodeTask {
  kCheck,    ///< is every byte of it as it was made?
  kMeasure,  ///< what are its levels?
};

/// What such a process does: decodes the file, tells of each step forward by a line on stdout, and
/// at the end "good FRAMES RATE", "damaged REASON" or "unchecked REASON". To measure, also a line
/// "levels" for each second, and behind it for each window RMS, detection level and peak in
/// hundredths of dB (kMissingLevel: none). GStreamer is initialised.
void Decode(DecodeTask task);

}  // namespace isr
