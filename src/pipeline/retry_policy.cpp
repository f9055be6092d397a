#include "pipeline/retry_policy.hpp"

#include <algorithm>

namespace isr {
namespace {

constexpr double kJitterShare = 0.2;

}  // namespace

bool MayRetry(const RetryPolicy& policy, int failures) {
  return policy.max_retries == 0 || failures <= policy.max_retries;
}

std::chrono::milliseconds RetryDelay(const RetryPolicy& policy, int failures, double jitter) {
  if (!policy.backoff) return policy.delay;
  const auto limit = std::max(policy.delay, kMaxRetryDelay);
  auto delay = policy.delay;
  for (int i = 1; i < failures && delay < limit; ++i) delay *= 2;
  delay = std::min(delay, limit);
  return delay -
         std::chrono::duration_cast<std::chrono::milliseconds>(delay * kJitterShare * jitter);
}

}  // namespace isr
