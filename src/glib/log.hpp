#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace isr {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kCritical };

std::optional<LogLevel> LogLevelFromWord(std::string_view word);  ///< "INFO", any case

/// Sends this process's log to stderr (to the journal, where stderr is the journal) and, when
/// `file` is not empty, to that file as well, appended by a thread of its own so that a slow disk
/// holds up nobody. Also takes what GLib, GStreamer and libsoup log. Passwords in URLs are hidden.
/// Call once, from main, before threads start. Throws Error when the file cannot be opened.
void StartLog(LogLevel threshold, const std::string& file);

/// From now on, lines below `threshold` are not logged. Thread-safe.
void SetLogThreshold(LogLevel threshold);

/// Writes out what is still queued for the file and closes it.
void StopLog();

/// One line. `domain` is the folder the caller stands in ("recorder"). Thread-safe.
void WriteLog(LogLevel level, const char* domain, std::string_view text);

template <typename... Args>
void LogDebug(const char* domain, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kDebug, domain, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogInfo(const char* domain, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kInfo, domain, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarning(const char* domain, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kWarning, domain, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogError(const char* domain, fmt::format_string<Args...> format, Args&&... args) {
  WriteLog(LogLevel::kError, domain, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace isr
