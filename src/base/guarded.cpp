#include "base/guarded.hpp"

#include <atomic>
#include <cstdio>

namespace isr {
namespace {

void WriteToStderr(const char* where, const char* what) noexcept {
  std::fprintf(stderr, "isr: uncaught exception in %s: %s\n", where, what);
}

std::atomic<UncaughtHandler> g_handler{WriteToStderr};

}  // namespace

void SetUncaughtHandler(UncaughtHandler handler) noexcept {
  g_handler = handler;
}

void ReportUncaught(const char* where, const char* what) noexcept {
  g_handler.load()(where, what);
}

}  // namespace isr
