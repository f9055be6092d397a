#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <glib.h>
#include <gtest/gtest.h>

#include "glib/source_handle.hpp"

namespace isr {

/// Runs the main loop until `is_done`. False when that takes too long.
inline bool RunUntil(const std::function<bool()>& is_done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  // Wakes the loop now and then, for conditions that no event of its own announces.
  const auto tick = SourceHandle::Every(std::chrono::milliseconds(2), [] {});
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    g_main_context_iteration(nullptr, TRUE);
  }
  return true;
}

/// Runs `client` on a thread of its own, and the main loop until it ends.
inline void Beside(const std::function<void()>& client) {
  std::atomic<bool> done = false;
  std::thread thread([&] {
    client();
    done = true;
  });
  EXPECT_TRUE(RunUntil([&] { return done.load(); })) << "the client does not come to an end";
  thread.join();
}

}  // namespace isr
