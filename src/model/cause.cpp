#include "model/cause.hpp"

#include <array>
#include <utility>

namespace isr {
namespace {

constexpr std::array<std::pair<Cause, std::string_view>, 9> kWords{{
    {Cause::kStart, "start"},
    {Cause::kBoundary, "boundary"},
    {Cause::kReconnect, "reconnect"},
    {Cause::kFormatChange, "format-change"},
    {Cause::kStop, "stop"},
    {Cause::kCrash, "crash"},
    {Cause::kDiskFull, "disk-full"},
    {Cause::kConfig, "config"},
    {Cause::kXrun, "xrun"},
}};

}  // namespace

std::string_view ToWord(Cause cause) {
  for (const auto& [value, word] : kWords) {
    if (value == cause) return word;
  }
  return "unknown";
}

std::optional<Cause> CauseFromWord(std::string_view word) {
  for (const auto& [value, known] : kWords) {
    if (known == word) return value;
  }
  return std::nullopt;
}

}  // namespace isr
