#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace isr {

/// A 4th-order Butterworth high-pass for two channels at once, of which only the power is wanted.
///
/// Two biquads in cascade, each y = x + p with the state
///     p' = s p + q + b1 x        s: the real part of the poles
///     q' = a p + s q + b2 x      a: minus the square of their imaginary part
/// which keeps its precision in float however low the corner is against the rate; the direct forms
/// do not. Both channels of both biquads fill one vector of four, the second biquad some frames
/// behind the first, and two frames are computed from one state: nothing waits for what was
/// computed just before.
class HighPassPair {
 public:
  /// The most frames of one call.
  static constexpr std::size_t kMaxFrames = 1024;

  /// `corner`: Hz, where it passes half the power.
  HighPassPair(int rate, double corner);

  /// The sums of squares of both channels behind the filter. Before its first frame everything was
  /// as that is: an offset that was always there makes no step. `pairs`: two floats a frame, up to
  /// kMaxFrames of them.
  std::array<double, 2> Power(std::span<const float> pairs);

 private:
  using Vector __attribute__((vector_size(16))) = float;  // left 1, right 1, left 2, right 2

  void First(std::span<const float> pairs, std::size_t from, std::size_t to);
  void Second(std::size_t from, std::size_t to);
  void Both(std::span<const float> pairs, std::size_t lead, std::size_t count);
  template <typename Choose>
  void Step(Vector in, Choose choose);
  void Prime(float left, float right);
  void DropResidue();

  // Of one step, and of two at once: state from state, state from the earlier input.
  Vector s_{}, a_{}, b1_{}, b2_{};
  Vector pp_{}, pq_{}, qp_{}, p0_{}, q0_{};
  double gain_ = 1;  ///< of both biquads, as power
  Vector p_{}, q_{};
  bool primed_ = false;
  Vector power_{};                               ///< of the call that goes on
  std::array<float, 2 * kMaxFrames> between_{};  ///< what the first biquad gives
};

}  // namespace isr
