#include "glib/log.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/guarded.hpp"
#include "base/task_thread.hpp"
#include "base/text.hpp"

namespace isr {
namespace {

constexpr std::array<std::pair<LogLevel, std::string_view>, 5> kWords{{
    {LogLevel::kDebug, "DEBUG"},
    {LogLevel::kInfo, "INFO"},
    {LogLevel::kWarning, "WARNING"},
    {LogLevel::kError, "ERROR"},
    {LogLevel::kCritical, "CRITICAL"},
}};

/// Lines that may wait for the log file's disk; more are dropped from the file, not from stderr.
constexpr size_t kFileBacklog = 10000;

struct LogFile {
  Fd fd;
  TaskThread thread{"isr-log"};
};

std::atomic<LogLevel> g_threshold = LogLevel::kInfo;
std::unique_ptr<LogFile> g_file;  // set before threads start, reset after they ended

std::string_view WordOf(LogLevel level) {
  return kWords[static_cast<size_t>(level)].second;
}

/// "2026-11-21 14:00:00.123 +0100 INFO     recorder: text"
std::string FormatLine(LogLevel level, const char* domain, std::string_view text) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::floor<milliseconds>(SystemClock().Utc());
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::tm local{};
  localtime_r(&seconds, &local);
  char date[32];
  char zone[8];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &local);
  std::strftime(zone, sizeof zone, "%z", &local);
  return fmt::format("{}.{:03} {} {:<8} {}: {}\n", date, now.time_since_epoch().count() % 1000,
                     zone, WordOf(level), domain, HideUrlPasswords(text));
}

void Append(int fd, std::string_view line) {
  if (::write(fd, line.data(), line.size()) < 0) return;  // nowhere left to say so
}

LogLevel FromGLib(GLogLevelFlags flags) {
  if ((flags & G_LOG_LEVEL_ERROR) != 0) return LogLevel::kCritical;
  if ((flags & G_LOG_LEVEL_CRITICAL) != 0) return LogLevel::kError;
  if ((flags & G_LOG_LEVEL_WARNING) != 0) return LogLevel::kWarning;
  if ((flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO)) != 0) return LogLevel::kInfo;
  return LogLevel::kDebug;
}

const char* FieldText(const GLogField* fields, gsize count, const char* key) {
  for (gsize i = 0; i < count; ++i) {
    if (g_strcmp0(fields[i].key, key) == 0) return static_cast<const char*>(fields[i].value);
  }
  return nullptr;
}

/// What the libraries have to complain of; the rest is for those who ask (G_MESSAGES_DEBUG).
GLogWriterOutput WriteForeign(GLogLevelFlags flags, const GLogField* fields, gsize count,
                              gpointer /*data*/) noexcept {
  Guarded("log", [&] {
    const char* const domain = FieldText(fields, count, "GLIB_DOMAIN");
    const char* const text = FieldText(fields, count, "MESSAGE");
    if (g_log_writer_default_would_drop(flags, domain)) return;
    WriteLog(FromGLib(flags), domain == nullptr ? "glib" : domain, text == nullptr ? "" : text);
  });
  return G_LOG_WRITER_HANDLED;
}

void LogUncaught(const char* where, const char* what) noexcept {
  std::fprintf(stderr, "isr: uncaught exception in %s: %s\n", where, what);
}

}  // namespace

std::optional<LogLevel> LogLevelFromWord(std::string_view word) {
  for (const auto& [level, known] : kWords) {
    if (LowerCase(known) == LowerCase(word)) return level;
  }
  return std::nullopt;
}

void StartLog(LogLevel threshold, const std::string& file) {
  g_threshold = threshold;
  if (!file.empty()) {
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    if (!fd.IsOpen()) throw SystemError("cannot open log file '" + file + "'", errno);
    g_file = std::make_unique<LogFile>();
    g_file->fd = std::move(fd);
  }
  SetUncaughtHandler(LogUncaught);
  g_log_set_writer_func(WriteForeign, nullptr, nullptr);
}

void SetLogThreshold(LogLevel threshold) {
  g_threshold = threshold;
}

void StopLog() {
  g_file.reset();
}

void WriteLog(LogLevel level, const char* domain, std::string_view text) {
  if (level < g_threshold) return;
  std::string line = FormatLine(level, domain, text);
  Append(STDERR_FILENO, line);
  if (g_file == nullptr || g_file->thread.Backlog() > kFileBacklog) return;
  g_file->thread.Post([fd = g_file->fd.Get(), line = std::move(line)] { Append(fd, line); });
}

}  // namespace isr
