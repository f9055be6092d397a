#include "level/level_meter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "level/decibel.hpp"
#include "level/sample_reader.hpp"

namespace isr {
namespace {

using Vector __attribute__((vector_size(16))) = float;
using Bits __attribute__((vector_size(16))) = std::int32_t;

/// Of two channels that take turns.
struct PairStatistics {
  std::array<double, 2> power{};  ///< sums of squares
  std::array<float, 2> peak{};
};

Vector Magnitude(Vector vector) {
  constexpr std::int32_t kAllButSign = 0x7fffffff;
  return std::bit_cast<Vector>(std::bit_cast<Bits>(vector) & kAllButSign);
}

PairStatistics Inspect(std::span<const float> pairs) {
  Vector power{};
  Vector peak{};
  std::size_t i = 0;
  for (; i + 4 <= pairs.size(); i += 4) {
    Vector samples;
    std::memcpy(&samples, pairs.data() + i, sizeof samples);
    power += samples * samples;
    const Vector magnitude = Magnitude(samples);
    peak = magnitude > peak ? magnitude : peak;
  }
  PairStatistics sums;
  for (std::size_t side = 0; side < 2; ++side) {
    sums.power[side] = double{power[side]} + double{power[side + 2]};
    sums.peak[side] = std::max(peak[side], peak[side + 2]);
    if (i == pairs.size()) continue;
    const float last = pairs[i + side];
    sums.power[side] += double{last} * double{last};
    sums.peak[side] = std::max(sums.peak[side], std::abs(last));
  }
  return sums;
}

double MeanOf(const std::vector<ChannelLevel>& channels, double ChannelLevel::*part) {
  double sum = 0;
  for (const ChannelLevel& channel : channels) sum += channel.*part;
  return sum / static_cast<double>(channels.size());
}

}  // namespace

double MeteredWindow::Power() const {
  return MeanOf(channels, &ChannelLevel::power);
}

double MeteredWindow::Detection() const {
  return MeanOf(channels, &ChannelLevel::detection);
}

double MeteredWindow::Peak() const {
  double peak = 0;
  for (const ChannelLevel& channel : channels) peak = std::max(peak, channel.peak);
  return peak;
}

LevelWindow MeteredWindow::Levels() const {
  LevelWindow levels;
  if (frames > 0) {
    levels.rms = HundredthsOfPower(Power());
    levels.peak = HundredthsOfPower(Peak() * Peak());
  }
  if (heard > 0) levels.detection = HundredthsOfPower(Detection(), kDetectionSilence);
  return levels;
}

LevelMeter::LevelMeter(const AudioFormat& format, std::chrono::nanoseconds window, Handler handler)
    : format_(format),
      handler_(std::move(handler)),
      grid_(format.rate, window),
      filters_(static_cast<std::size_t>(format.channels + 1) / 2,
               HighPassPair(format.rate, kDetectionCorner)),
      settling_(static_cast<std::uint64_t>(format.rate) *
                static_cast<std::uint64_t>(kDetectionSettles.count()) / 1000),
      unheard_(settling_) {
  window_.channels.resize(static_cast<std::size_t>(format.channels));
}

void LevelMeter::Take(const AudioView& audio) {
  std::size_t done = 0;
  while (done < audio.frames) {
    const std::size_t frames = Piece(audio.frames - done);
    for (std::size_t pair = 0; pair < filters_.size(); ++pair) {
      ReadPairs(audio, format_, done, static_cast<int>(2 * pair),
                std::span(block_).first(2 * frames));
      AddBlock(pair, frames);
    }
    Measured(frames);
    done += frames;
  }
}

void LevelMeter::TakeSilence(std::uint64_t frames) {
  while (frames > 0) {
    const std::uint64_t count = Piece(frames);
    for (std::size_t pair = 0; pair < filters_.size(); ++pair) {
      std::fill_n(block_.begin(), 2 * count, 0.0F);
      AddBlock(pair, count);
    }
    Measured(count);
    frames -= count;
  }
}

void LevelMeter::Skip(std::uint64_t frames) {
  if (frames > 0) unheard_ = settling_;
  while (frames > 0) {
    const std::uint64_t count = std::min(frames, Rest());
    Pass(count);
    frames -= count;
  }
}

std::uint64_t LevelMeter::Piece(std::uint64_t frames) const {
  const std::uint64_t limit = unheard_ > 0 ? std::min<std::uint64_t>(unheard_, kBlock) : kBlock;
  return std::min({frames, Rest(), limit});
}

void LevelMeter::Measured(std::uint64_t frames) {
  window_.frames += frames;
  if (unheard_ > 0) {
    unheard_ -= frames;
  } else {
    window_.heard += frames;
  }
  Pass(frames);
}

void LevelMeter::EndFile() {
  if (window_.length > 0) Close();
  window_.begin = 0;
  grid_.Restart();
}

/// Adds what stands in the block, `frames` frames of two channels, to their sums.
void LevelMeter::AddBlock(std::size_t pair, std::size_t frames) {
  // A last channel without a partner: what it leaves of the partner's place is not looked at.
  const std::span<const float> pairs = std::span(block_).first(2 * frames);
  const PairStatistics sums = Inspect(pairs);
  const std::array<double, 2> filtered = filters_[pair].Power(pairs);
  for (std::size_t side = 0; side < 2 && 2 * pair + side < window_.channels.size(); ++side) {
    ChannelLevel& channel = window_.channels[2 * pair + side];
    channel.power += sums.power[side];
    channel.peak = std::max(channel.peak, double{sums.peak[side]});
    if (unheard_ == 0) channel.detection += filtered[side];
  }
}

/// The window is that much longer, and perhaps complete.
void LevelMeter::Pass(std::uint64_t frames) {
  window_.length += frames;
  if (Rest() > 0) return;
  Close();
  grid_.Advance();
}

/// Hands the window on and begins the next one.
void LevelMeter::Close() {
  for (ChannelLevel& channel : window_.channels) {
    if (window_.frames > 0) channel.power /= static_cast<double>(window_.frames);
    if (window_.heard > 0) channel.detection /= static_cast<double>(window_.heard);
  }
  handler_(window_);
  window_.begin += window_.length;
  window_.length = 0;
  window_.frames = 0;
  window_.heard = 0;
  std::fill(window_.channels.begin(), window_.channels.end(), ChannelLevel{});
}

}  // namespace isr
