#include "time/file_name.hpp"

#include <ctime>
#include <string_view>

namespace isr {
namespace {

constexpr std::string_view kSourceToken = "{source}";

std::string ReplaceSource(std::string text, const std::string& source) {
  size_t at = 0;
  while ((at = text.find(kSourceToken, at)) != std::string::npos) {
    text.replace(at, kSourceToken.size(), source);
    at += source.size();
  }
  return text;
}

std::string EscapePercent(const std::string& text) {
  std::string out;
  for (const char c : text) out.append(c == '%' ? 2 : 1, c);
  return out;
}

std::string FormatTime(const std::string& pattern, const std::tm& local) {
  // strftime says 0 both for "too small" and for "nothing": one character more tells them apart.
  const std::string padded = pattern + ".";
  std::string text(64, '\0');
  while (true) {
    const size_t length = std::strftime(text.data(), text.size(), padded.c_str(), &local);
    if (length > 0) return text.substr(0, length - 1);
    text.resize(text.size() * 2);
  }
}

}  // namespace

std::string FormatFileName(const std::string& pattern, const std::string& source, UtcTime start,
                           std::chrono::seconds utc_offset) {
  const std::time_t local_seconds =
      std::chrono::floor<std::chrono::seconds>(start + utc_offset).time_since_epoch().count();
  std::tm local{};
  gmtime_r(&local_seconds, &local);
  local.tm_gmtoff = utc_offset.count();
  return FormatTime(ReplaceSource(pattern, EscapePercent(source)), local);
}

}  // namespace isr
