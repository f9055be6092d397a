#include "worker/stretch_process.hpp"

#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace isr {

std::string Nanoseconds(double seconds) {
  return fmt::format("{}", std::llround(seconds * 1e9));
}

StretchProcess::StretchProcess(const Fd& file, std::vector<std::string> words)
    : process_(file, std::move(words)) {}

StretchProcess::Outcome StretchProcess::Begin(std::chrono::milliseconds patience) {
  constexpr std::string_view kTrouble = "trouble ";
  while (true) {
    size_t end = std::string::npos;
    while ((end = rest_.find('\n')) == std::string::npos) {
      if (process_.AtEnd()) {
        const int signal = process_.End();
        line_ = signal == 0 ? std::string("the decoder gave up")
                            : fmt::format("the decoder crashed ({})", ::strsignal(signal));
        return Outcome::kTrouble;
      }
      if (!process_.Read(rest_, patience)) return Outcome::kHangs;
    }
    line_ = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    if (line_ == "progress") continue;
    if (!line_.starts_with(kTrouble)) return Outcome::kFacts;
    line_.erase(0, kTrouble.size());
    return Outcome::kTrouble;
  }
}

bool StretchProcess::Read(std::string& bytes, std::chrono::milliseconds patience) {
  if (!rest_.empty()) {
    bytes += std::exchange(rest_, {});
    return true;
  }
  const size_t before = bytes.size();
  return process_.Read(bytes, patience) && bytes.size() > before;
}

}  // namespace isr
