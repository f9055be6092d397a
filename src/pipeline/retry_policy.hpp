#pragma once

#include <chrono>

namespace isr {

/// When to try again after a failure.
struct RetryPolicy {
  int max_retries = 0;                    ///< in a row; 0 = never give up
  std::chrono::milliseconds delay{5000};  ///< before the first retry
  bool backoff = true;                    ///< double it each time, up to kMaxRetryDelay
};

/// With back-off, nothing waits longer (jitter aside) - unless the first delay is longer already.
inline constexpr std::chrono::milliseconds kMaxRetryDelay{60'000};

/// Whether retry number `failures` (1 = the first) is still allowed.
bool MayRetry(const RetryPolicy& policy, int failures);

/// How long to wait before retry number `failures` (1 = the first). `jitter` in [0, 1) spreads
/// retries with back-off over the last fifth of the delay, so that many sources do not come back
/// at the same instant.
std::chrono::milliseconds RetryDelay(const RetryPolicy& policy, int failures, double jitter);

}  // namespace isr
