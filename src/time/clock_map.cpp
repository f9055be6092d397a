#include "time/clock_map.hpp"

#include <algorithm>
#include <cmath>

namespace isr {
namespace {

using std::chrono::seconds;

/// What the envelope is taken over. A card's line is all the better the longer it is; a network
/// source must follow its server's clock, up to 500 ppm off.
constexpr size_t kCardMinima = 600;
constexpr size_t kNetworkMinima = 60;

/// Below this many seconds a slope is noise.
constexpr size_t kMinimaForSlope = 30;

/// No sound card is worse; a steeper line is an artefact.
constexpr double kMaxSlope = 500e-6;

}  // namespace

void ClockMap::Observe(Nanoseconds media_end, MonotonicTime arrival) {
  if (Remember(media_end, arrival)) Fit();
}

/// Whether the envelope may have changed.
bool ClockMap::Remember(Nanoseconds media_end, MonotonicTime arrival) {
  const Nanoseconds delay = arrival.time_since_epoch() - media_end;
  if (minima_.empty() || arrival - minima_.back().second >= seconds(1)) {
    minima_.push_back({arrival, media_end, delay});
    if (minima_.size() > (kind_ == Kind::kCard ? kCardMinima : kNetworkMinima)) {
      minima_.pop_front();
    }
    return true;
  }
  Minimum& last = minima_.back();
  if (delay >= last.delay) return false;
  last.media = media_end;
  last.delay = delay;
  return true;
}

void ClockMap::Fit() {
  slope_ = FitSlope();
  origin_media_ = minima_.front().media;
  const auto residual = [this](const Minimum& m) {
    const auto rise = static_cast<double>((m.media - origin_media_).count()) * slope_;
    return m.delay - Nanoseconds(std::llround(rise));
  };
  origin_delay_ = residual(minima_.front());
  for (const Minimum& m : minima_) origin_delay_ = std::min(origin_delay_, residual(m));
}

/// Least squares through the minima (delay over media time).
double ClockMap::FitSlope() const {
  if (kind_ != Kind::kCard || minima_.size() < kMinimaForSlope) return 0.0;
  const Minimum& first = minima_.front();
  double sum_x = 0.0, sum_y = 0.0, sum_xx = 0.0, sum_xy = 0.0;
  for (const Minimum& m : minima_) {
    const auto x = static_cast<double>((m.media - first.media).count());
    const auto y = static_cast<double>((m.delay - first.delay).count());
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  const auto n = static_cast<double>(minima_.size());
  const double spread = n * sum_xx - sum_x * sum_x;
  if (spread <= 0.0) return 0.0;
  return std::clamp((n * sum_xy - sum_x * sum_y) / spread, -kMaxSlope, kMaxSlope);
}

MonotonicTime ClockMap::MonotonicAt(Nanoseconds media) const {
  const auto rise = static_cast<double>((media - origin_media_).count()) * slope_;
  return MonotonicTime(media + origin_delay_ + Nanoseconds(std::llround(rise)));
}

ClockMap::Nanoseconds ClockMap::MediaAt(MonotonicTime time) const {
  const auto since_origin =
      static_cast<double>((time.time_since_epoch() - origin_delay_ - origin_media_).count());
  return origin_media_ + Nanoseconds(std::llround(since_origin / (1.0 + slope_)));
}

}  // namespace isr
