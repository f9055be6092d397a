#include "level/high_pass.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

namespace isr {
namespace {

/// Frames by which the second biquad is behind: as long as one pass through the first takes. Even.
constexpr std::size_t kBehind = 8;

using Vector __attribute__((vector_size(16))) = float;

Vector Load(const float* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

/// The lower halves of both.
Vector JoinLower(Vector a, Vector b) {
  return __builtin_shufflevector(a, b, 0, 1, 4, 5);
}

/// The upper halves of both.
Vector JoinUpper(Vector a, Vector b) {
  return __builtin_shufflevector(a, b, 2, 3, 6, 7);
}

/// The lower half of one, the upper half of the other.
Vector LowerAndUpper(Vector lower, Vector upper) {
  return __builtin_shufflevector(lower, upper, 0, 1, 6, 7);
}

void SetLanes(Vector& vector, int biquad, double value) {
  vector[2 * biquad] = static_cast<float>(value);
  vector[2 * biquad + 1] = static_cast<float>(value);
}

}  // namespace

HighPassPair::HighPassPair(int rate, double corner) {
  // A source of so few frames a second has nothing below the corner to speak of.
  const double pi = std::numbers::pi;
  const double k = std::tan(pi * std::min(corner / rate, 0.25));
  for (int biquad = 0; biquad < 2; ++biquad) {
    // Bilinear transform of s^2 / (s^2 + 2 cos(angle) s + 1), without its gain.
    const double damping = 2 * std::cos(pi * (1 + 2 * biquad) / 8);
    const double gain = 1 / (1 + damping * k + k * k);
    const double a1 = 2 * (k * k - 1) * gain;
    const double a2 = (1 - damping * k + k * k) * gain;
    gain_ *= gain * gain;

    const double s = -a1 / 2;
    const double a = s * s - a2;
    const double b1 = -2 - a1;
    const double b2 = 1 - a2 + s * b1;
    SetLanes(s_, biquad, s);
    SetLanes(a_, biquad, a);
    SetLanes(b1_, biquad, b1);
    SetLanes(b2_, biquad, b2);
    SetLanes(pp_, biquad, s * s + a);
    SetLanes(pq_, biquad, 2 * s);
    SetLanes(qp_, biquad, 2 * s * a);
    SetLanes(p0_, biquad, s * b1 + b2);
    SetLanes(q0_, biquad, a * b1 + s * b2);
  }
}

std::array<double, 2> HighPassPair::Power(std::span<const float> pairs) {
  const std::size_t frames = std::min(pairs.size() / 2, kMaxFrames);
  const std::size_t lead = std::min(kBehind, frames);
  const std::size_t together = (frames - lead) / 2 * 2;
  if (frames > 0 && !std::exchange(primed_, true)) Prime(pairs[0], pairs[1]);
  power_ = Vector{};
  First(pairs, 0, lead);
  Both(pairs, lead, together);
  First(pairs, lead + together, frames);
  Second(together, frames);
  DropResidue();
  return {power_[2] * gain_, power_[3] * gain_};
}

/// The state in which these go on for ever: nothing passes, p = -x.
void HighPassPair::Prime(float left, float right) {
  const Vector in{left, right, 0, 0};
  p_ = -in;
  q_ = s_ * in - in - b1_ * in;
}

/// The first biquad takes frames [from, to), the second stands still.
void HighPassPair::First(std::span<const float> pairs, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const Vector in{pairs[2 * i], pairs[2 * i + 1], 0, 0};
    const Vector out = in + p_;
    between_[2 * i] = out[0];
    between_[2 * i + 1] = out[1];
    Step(in, [](Vector moved, Vector still) { return LowerAndUpper(moved, still); });
  }
}

/// The second biquad takes frames [from, to), the first stands still.
void HighPassPair::Second(std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const Vector in{0, 0, between_[2 * i], between_[2 * i + 1]};
    const Vector out = in + p_;
    power_ += out * out;
    Step(in, [](Vector moved, Vector still) { return LowerAndUpper(still, moved); });
  }
}

template <typename Choose>
void HighPassPair::Step(Vector in, Choose choose) {
  const Vector p = q_ + b1_ * in + s_ * p_;
  const Vector q = a_ * p_ + b2_ * in + s_ * q_;
  p_ = choose(p, p_);
  q_ = choose(q, q_);
}

/// The first biquad takes `count` frames from `lead` on, the second as many from 0 on.
void HighPassPair::Both(std::span<const float> pairs, std::size_t lead, std::size_t count) {
  // Copies, which nothing written below can touch.
  const Vector b1 = b1_;
  const Vector s = s_;
  const Vector pp = pp_;
  const Vector pq = pq_;
  const Vector qp = qp_;
  const Vector p0 = p0_;
  const Vector q0 = q0_;
  const Vector b2 = b2_;
  Vector p = p_;
  Vector q = q_;
  Vector power{};
  Vector power1{};
  const float* input = pairs.data() + 2 * lead;
  float* between = between_.data();
  for (std::size_t i = 0; i < count; i += 2) {
    const Vector first = Load(input + 2 * i);
    const Vector second = Load(between + 2 * i);
    const Vector in0 = JoinLower(first, second);
    const Vector in1 = JoinUpper(first, second);
    const Vector out0 = in0 + p;
    const Vector out1 = in1 + ((q + b1 * in0) + s * p);
    const Vector passed = JoinLower(out0, out1);
    std::memcpy(between + 2 * (lead + i), &passed, sizeof passed);
    power += out0 * out0;
    power1 += out1 * out1;
    const Vector next_p = ((p0 * in0 + b1 * in1) + pq * q) + pp * p;
    q = ((q0 * in0 + b2 * in1) + qp * p) + pp * q;
    p = next_p;
  }
  p_ = p;
  q_ = q;
  power_ += power + power1;
}

/// What dies away after a signal has ended would soon be too small for the processor to be quick.
void HighPassPair::DropResidue() {
  constexpr float kResidue = 1e-15F;
  for (int lane = 0; lane < 4; ++lane) {
    if (std::abs(p_[lane]) < kResidue && std::abs(q_[lane]) < kResidue) p_[lane] = q_[lane] = 0;
  }
}

}  // namespace isr
