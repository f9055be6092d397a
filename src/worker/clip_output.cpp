#include "worker/clip_output.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

namespace isr {
namespace {

constexpr double kMostSilence = 0.2;  // seconds

}  // namespace

void ClipOutput::Refuse(const char* reason) {
  fmt::print("trouble {}\n", reason);
  Finish();
}

void ClipOutput::Begin(const Format& format, std::int64_t frames) {
  format_ = format;
  fmt::print("audio {} {} {} {}\n", format.rate, format.channels, format.bits, frames);
}

void ClipOutput::PrintSilence(std::int64_t frames) {
  if (static_cast<double>(frames) > kMostSilence * format_.rate) Fail();
  Print(std::vector<char>(static_cast<std::size_t>(frames * FrameBytes())));
}

void ClipOutput::Print(std::span<const char> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) Fail();
  std::fflush(stdout);
  written_ += std::ssize(bytes) / FrameBytes();
}

void ClipOutput::Finish() {
  std::fflush(stdout);
  std::_Exit(EXIT_SUCCESS);
}

void ClipOutput::Fail() {
  std::_Exit(EXIT_FAILURE);
}

}  // namespace isr
