#pragma once

#include <cstdint>

namespace isr {

/// Levels are kept as hundredths of dBFS: 0 is full scale, -2301 the RMS of a sine of -20 dBFS.
constexpr int kHundredths = 100;

/// What is as quiet as this, or quieter: digital silence of 24 bits.
constexpr std::int16_t kSilence = -15000;
/// The detector hears nothing below: less than one step of 16 bits is no background.
constexpr std::int16_t kDetectionSilence = -9000;

/// dB of a power, full scale 1; not below kSilence.
double DecibelOfPower(double power);
/// In hundredths of dB, rounded; not below `silence`.
std::int16_t HundredthsOfPower(double power, std::int16_t silence = kSilence);

}  // namespace isr
