#pragma once

#include <exception>
#include <utility>

namespace isr {

/// Called with the place and the text of an exception that reached a C border. The default writes
/// to stderr; `glib/log` installs the log. Must not throw. Set once, before threads start.
using UncaughtHandler = void (*)(const char* where, const char* what) noexcept;
void SetUncaughtHandler(UncaughtHandler handler) noexcept;
void ReportUncaught(const char* where, const char* what) noexcept;

/// Runs `body` where C is the caller (a callback, a vfunc, a thread body): no exception passes
/// through. Returns what `body` returns, or `fallback` when it threw. Any thread.
template <typename Body, typename Result>
Result Guarded(const char* where, Result fallback, Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (const std::exception& error) {
    ReportUncaught(where, error.what());
  } catch (...) {
    ReportUncaught(where, "unknown exception");
  }
  return fallback;
}

/// The same for a body that returns nothing.
template <typename Body>
void Guarded(const char* where, Body&& body) noexcept {
  Guarded(where, 0, [&body] {
    body();
    return 0;
  });
}

}  // namespace isr
