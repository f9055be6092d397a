#include "worker/clip_process.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace isr {
namespace {

std::string Nanoseconds(double seconds) {
  return fmt::format("{}", std::llround(seconds * 1e9));
}

}  // namespace

ClipProcess::ClipProcess(const Fd& file, double start, double end)
    : process_(file, {"clip", Nanoseconds(start), Nanoseconds(end)}) {}

ClipProcess::Outcome ClipProcess::Begin(std::chrono::milliseconds patience) {
  size_t end = std::string::npos;
  while ((end = text_.find('\n')) == std::string::npos) {
    if (process_.AtEnd()) {
      const int signal = process_.End();
      trouble_ = signal == 0 ? std::string("the decoder gave up")
                             : fmt::format("the decoder crashed ({})", ::strsignal(signal));
      return Outcome::kTrouble;
    }
    if (!process_.Read(text_, patience)) return Outcome::kHangs;
  }
  const std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  unsigned long long frames = 0;
  if (std::sscanf(line.c_str(), "audio %d %d %d %llu", &facts_.rate, &facts_.channels, &facts_.bits,
                  &frames) == 4) {
    facts_.frames = frames;
    return Outcome::kClip;
  }
  trouble_ = line.substr(line.find(' ') + 1);
  return Outcome::kTrouble;
}

bool ClipProcess::Read(std::string& audio, std::chrono::milliseconds patience) {
  if (!text_.empty()) {
    audio += std::exchange(text_, {});
    return true;
  }
  const size_t before = audio.size();
  return process_.Read(audio, patience) && audio.size() > before;
}

}  // namespace isr
