#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "level/detector.hpp"
#include "level/level_meter.hpp"

namespace isr {

/// Soundscapes whose truth is known: a background made of shaped noise, and recorded sounds in it.
constexpr int kSoundscapeRate = 8000;
constexpr std::size_t kSoundscapeWindow = kSoundscapeRate / 10;

using Sound = std::vector<float>;

/// The same numbers on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  std::uint64_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  double Between(double low, double high) {
    return low + (high - low) * static_cast<double>(Next() >> 11) * 0x1p-53;
  }
  /// Noise of a power of 1.
  float Noise() {
    // Four uniform numbers of 16 bits are near enough to a normal one.
    const std::uint64_t bits = Next();
    const auto sum = static_cast<float>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                        (bits >> 32 & 0xffff) + (bits >> 48));
    return (sum - 2.0F * 65535) * (1.0F / 37837);
  }
  std::size_t Below(std::size_t limit) { return Next() % limit; }

 private:
  std::uint64_t state_;
};

inline double FromDecibel(double decibel) {
  return std::pow(10, decibel / 20);
}

/// What Debian's alsa-utils has recorded: voices and noise, 16 bits at 48 kHz.
inline Sound ReadRecording(const std::string& name) {
  constexpr int kThin = 48000 / kSoundscapeRate;
  constexpr std::size_t kHeader = 44;
  std::ifstream file("/usr/share/sounds/alsa/" + name + ".wav", std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.size() < kHeader + 48000) throw std::runtime_error("no recording " + name);
  Sound sound((bytes.size() - kHeader) / 2 / kThin);
  for (std::size_t i = 0; i < sound.size() * kThin; ++i) {
    std::int16_t sample = 0;
    std::memcpy(&sample, bytes.data() + kHeader + 2 * i, 2);
    sound[i / kThin] += static_cast<float>(sample) / (32768 * kThin);
  }
  return sound;
}

/// The mean square of the loudest 100 ms.
inline double LoudestPower(const Sound& sound) {
  double loudest = 0;
  for (std::size_t at = 0; at < sound.size(); at += kSoundscapeWindow / 2) {
    double power = 0;
    const std::size_t end = std::min(at + kSoundscapeWindow, sound.size());
    for (std::size_t i = at; i < end; ++i) power += double{sound[i]} * double{sound[i]};
    loudest = std::max(loudest, power / kSoundscapeWindow);
  }
  return loudest;
}

/// Without what is more than 25 dB below the loudest at both ends.
inline Sound Trimmed(const Sound& sound) {
  constexpr std::size_t kPiece = kSoundscapeWindow / 5;
  const double least = LoudestPower(sound) * std::pow(10, -2.5);
  const auto is_loud = [&](std::size_t piece) {
    double power = 0;
    for (std::size_t i = piece * kPiece; i < (piece + 1) * kPiece; ++i) {
      power += double{sound[i]} * double{sound[i]};
    }
    return power / kPiece > least;
  };
  std::size_t first = 0;
  std::size_t last = sound.size() / kPiece;
  while (first < last && !is_loud(first)) ++first;
  while (first < last && !is_loud(last - 1)) --last;
  const auto begin = sound.begin();
  return {begin + static_cast<std::ptrdiff_t>(first * kPiece),
          begin + static_cast<std::ptrdiff_t>(last * kPiece)};
}

/// At another speed, so that nine recordings are many.
inline Sound Played(const Sound& sound, double speed) {
  Sound out(static_cast<std::size_t>(static_cast<double>(sound.size() - 1) / speed));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double at = static_cast<double>(i) * speed;
    const auto before = static_cast<std::size_t>(at);
    const auto part = static_cast<float>(at - static_cast<double>(before));
    out[i] = sound[before] * (1 - part) + sound[before + 1] * part;
  }
  return out;
}

inline const std::vector<Sound>& RecordedSounds() {
  static const std::vector<Sound> sounds = [] {
    std::vector<Sound> all;
    for (const char* name : {"Front_Center", "Front_Left", "Front_Right", "Rear_Center",
                             "Rear_Left", "Rear_Right", "Side_Left", "Side_Right", "Noise"}) {
      const Sound sound = Trimmed(ReadRecording(name));
      for (const double speed : {0.7, 1.0, 1.4}) all.push_back(Played(sound, speed));
    }
    return all;
  }();
  return sounds;
}

/// One sound over and over, without a pause.
inline Sound Looped(const Sound& sound, double seconds) {
  Sound out(static_cast<std::size_t>(seconds * kSoundscapeRate));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sound[i % sound.size()];
  return out;
}

/// What a piece of a soundscape really holds, in windows.
struct Truth {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// Audio and its truth.
struct Soundscape {
  Sound audio;
  std::vector<Truth> events;

  explicit Soundscape(double seconds)
      : audio(static_cast<std::size_t>(seconds * kSoundscapeRate)) {}

  double Seconds() const { return static_cast<double>(audio.size()) / kSoundscapeRate; }

  /// Adds a sound at `seconds` whose loudest 100 ms have that level.
  void Add(const Sound& sound, double seconds, double level, bool is_event = true) {
    const auto gain = static_cast<float>(FromDecibel(level) / std::sqrt(LoudestPower(sound)));
    const auto at = static_cast<std::size_t>(seconds * kSoundscapeRate);
    const std::size_t end = std::min(at + sound.size(), audio.size());
    for (std::size_t i = at; i < end; ++i) audio[i] += gain * sound[i - at];
    if (!is_event) return;
    constexpr auto kWindow = static_cast<std::int64_t>(kSoundscapeWindow);
    events.push_back({static_cast<std::int64_t>(at) / kWindow,
                      (static_cast<std::int64_t>(end) - 1) / kWindow + 1});
  }
};

/// Levels of a background over time, dB by second; between two points in proportion.
using Course = std::function<double(double seconds)>;

/// How noise is coloured: two one-pole filters.
struct Colour {
  double low_cut = 0;   ///< Hz; 0: none
  double high_cut = 0;  ///< Hz; 0: none
};

/// Adds noise of that colour whose level follows `course`.
inline void AddNoise(Soundscape& scape, Dice& dice, const Colour& colour, const Course& course) {
  const auto pole = [](double corner) {
    return static_cast<float>(1 - std::exp(-2 * std::numbers::pi * corner / kSoundscapeRate));
  };
  const float low = pole(colour.low_cut);
  const float high = colour.high_cut > 0 ? pole(colour.high_cut) : 1;
  // What the filters leave of the power is measured, not derived.
  float below = 0;
  float smooth = 0;
  const auto next = [&] {
    const float noise = dice.Noise();
    smooth += high * (noise - smooth);
    below += low * (smooth - below);
    return smooth - below;
  };
  double power = 0;
  constexpr int kProbe = 20000;
  for (int i = 0; i < kProbe; ++i) {
    const double sample = next();
    power += sample * sample / kProbe;
  }
  const double scale = 1 / std::sqrt(power);
  constexpr std::size_t kStep = kSoundscapeRate / 50;
  float gain = 0;
  for (std::size_t i = 0; i < scape.audio.size(); ++i) {
    if (i % kStep == 0) {
      gain =
          static_cast<float>(scale * FromDecibel(course(static_cast<double>(i) / kSoundscapeRate)));
    }
    scape.audio[i] += gain * next();
  }
}

inline void AddTone(Soundscape& scape, double frequency, double level) {
  const double amplitude = FromDecibel(level) * std::numbers::sqrt2;
  for (std::size_t i = 0; i < scape.audio.size(); ++i) {
    scape.audio[i] +=
        static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency *
                                                static_cast<double>(i) / kSoundscapeRate));
  }
}

inline Course Steady(double level) {
  return [level](double) { return level; };
}

/// Wanders between -swing and +swing around `level`, a new goal about every `period` seconds.
inline Course Wandering(Dice& dice, double level, double swing, double period, double seconds) {
  std::vector<std::pair<double, double>> goals{{0, level}};
  while (goals.back().first < seconds) {
    goals.emplace_back(goals.back().first + period * dice.Between(0.6, 1.4),
                       level + dice.Between(-swing, swing));
  }
  return [goals](double second) {
    auto next = std::upper_bound(goals.begin(), goals.end(), std::pair(second, 1e9));
    if (next == goals.end()) return goals.back().second;
    const auto [to, high] = *next--;
    const double part = (second - next->first) / (to - next->first);
    const double smooth = (1 - std::cos(std::numbers::pi * part)) / 2;
    return next->second + (high - next->second) * smooth;
  };
}

/// Sounds at random times, 8 to 25 s apart, from `from` on, as loud over `level` as `rise` says.
inline void AddEvents(Soundscape& scape, Dice& dice, double level, double least_rise,
                      double from = 15) {
  const auto& sounds = RecordedSounds();
  for (double at = from; at + 5 < scape.Seconds(); at += dice.Between(8, 25)) {
    const Sound& sound = sounds[dice.Below(sounds.size())];
    scape.Add(sound, at, level + dice.Between(least_rise, least_rise + 18));
  }
}

/// As a recorder of 16 bits would have it.
inline std::vector<std::int16_t> Recorded(const Sound& audio, double offset = 0) {
  std::vector<std::int16_t> samples(audio.size());
  for (std::size_t i = 0; i < audio.size(); ++i) {
    const double sample = std::clamp((audio[i] + offset) * 32768, -32768.0, 32767.0);
    samples[i] = static_cast<std::int16_t>(std::lround(sample));
  }
  return samples;
}

/// The detector's levels of one channel, or of two of the same length.
inline std::vector<std::int16_t> DetectionLevels(
    const std::vector<std::vector<std::int16_t>>& channels) {
  std::vector<std::int16_t> levels;
  const AudioFormat format{SampleFormat::kS16, kSoundscapeRate, static_cast<int>(channels.size())};
  LevelMeter meter(format, kWindowLength, [&levels](const MeteredWindow& window) {
    levels.push_back(window.Levels().detection);
  });
  std::vector<const std::uint8_t*> planes;
  for (const auto& channel : channels) {
    planes.push_back(reinterpret_cast<const std::uint8_t*>(channel.data()));
  }
  meter.Take({planes, channels.front().size()});
  meter.EndFile();
  return levels;
}

/// How well sections match the truth.
struct Score {
  double hours = 0;
  int events = 0;
  int found = 0;  ///< events that a section overlaps
  int sections = 0;
  int false_ones = 0;  ///< sections that overlap no event
  int onsets = 0;      ///< starts of sections within 0.5 s of an event's start, one to one

  double Recall() const { return events == 0 ? 1 : 1.0 * found / events; }
  double Precision() const { return sections == 0 ? 1 : 1 - 1.0 * false_ones / sections; }
  double OnsetF1() const { return events + sections == 0 ? 1 : 2.0 * onsets / (events + sections); }
  double FalsePerHour() const { return false_ones / hours; }

  Score& operator+=(const Score& other) {
    hours += other.hours;
    events += other.events;
    found += other.found;
    sections += other.sections;
    false_ones += other.false_ones;
    onsets += other.onsets;
    return *this;
  }
};

inline Score Compare(const std::vector<Section>& sections, const Soundscape& scape) {
  constexpr std::int64_t kOnset = 5;
  Score score{.hours = scape.Seconds() / 3600,
              .events = static_cast<int>(scape.events.size()),
              .sections = static_cast<int>(sections.size())};
  const auto overlap = [](const Section& section, const Truth& event) {
    return section.start < event.end && event.start < section.end;
  };
  for (const Truth& event : scape.events) {
    score.found += std::any_of(sections.begin(), sections.end(),
                               [&](const Section& section) { return overlap(section, event); });
  }
  std::vector<bool> used(scape.events.size());
  for (const Section& section : sections) {
    bool is_false = true;
    bool is_onset = false;
    for (std::size_t i = 0; i < scape.events.size(); ++i) {
      if (overlap(section, scape.events[i])) is_false = false;
      if (is_onset || used[i] || std::abs(section.start - scape.events[i].start) > kOnset) continue;
      used[i] = is_onset = true;
    }
    score.false_ones += is_false;
    score.onsets += is_onset;
  }
  return score;
}

}  // namespace isr
