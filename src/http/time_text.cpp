#include "http/time_text.hpp"

#include <cmath>

#include <fmt/chrono.h>
#include <glib.h>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr double kLatest = 253402300800.0;  // the year 10000

}  // namespace

std::optional<UtcTime> ParseTime(std::string text) {
  if (const auto seconds = ParseNumber(text)) {
    // Also false for a NaN.
    if (!(std::fabs(*seconds) < kLatest)) return std::nullopt;
    return UtcTime(std::chrono::microseconds(std::llround(*seconds * 1e6)));
  }
  if (text.size() == 10) text += "T00:00:00";
  // "2026-11-21 14:00" is meant as a time, and a '+' in a URL arrives as a space.
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  for (char& c : text) c = c == ' ' ? '+' : c;

  GTimeZone* const local = g_time_zone_new_local();
  GDateTime* const parsed = g_date_time_new_from_iso8601(text.c_str(), local);
  g_time_zone_unref(local);
  if (parsed == nullptr) return std::nullopt;
  const UtcTime time{std::chrono::seconds(g_date_time_to_unix(parsed)) +
                     std::chrono::microseconds(g_date_time_get_microsecond(parsed))};
  g_date_time_unref(parsed);
  return time;
}

std::string FormatLocalTime(UtcTime time, std::chrono::seconds utc_offset) {
  const auto wall = std::chrono::floor<std::chrono::seconds>(time) + utc_offset;
  const auto minutes = std::chrono::abs(std::chrono::floor<std::chrono::minutes>(utc_offset));
  return fmt::format("{:%FT%T}{}{:02}:{:02}", fmt::gmtime(wall.time_since_epoch().count()),
                     utc_offset < utc_offset.zero() ? '-' : '+', minutes.count() / 60,
                     minutes.count() % 60);
}

double UnixSeconds(UtcTime time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

}  // namespace isr
