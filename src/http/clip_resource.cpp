#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "catalogue/roots.hpp"
#include "format/wav_header.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/stretch_body.hpp"

namespace isr {
namespace {

constexpr double kLongest = 1e6;  // seconds; no recording is longer
constexpr double kLongestClip = 600;

/// What the process says of what it decodes.
struct ClipFacts {
  int rate = 0;
  int channels = 0;
  int bits = 0;  ///< of a sample: 16, 24 or 32; interleaved, little-endian
  unsigned long long frames = 0;
};

ClipFacts ParseFacts(const std::string& line) {
  ClipFacts facts;
  if (std::sscanf(line.c_str(), "audio %d %d %d %llu", &facts.rate, &facts.channels, &facts.bits,
                  &facts.frames) != 4) {
    throw Error("a clip began with '" + line + "'");
  }
  return facts;
}

}  // namespace

Reply AnswerClip(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"file", "start", "end", "pre"});
  const std::string& name = parameters.Text("file");
  const double end = parameters.Number("end", 0, kLongest);
  double start = parameters.Number("start", 0, kLongest);
  if (end <= start) throw BadParameter{"'end' must be greater than 'start'"};
  if (end - start > kLongestClip) {
    throw BadParameter{
        fmt::format("a clip is at most {} s long; /api/cut gives any length", kLongestClip)};
  }
  start = std::max(0.0, start - parameters.Number("pre", 0, kLongestClip, 0));

  const Fd file = OpenRecording(services.roots, name);
  if (!file.IsOpen()) return NoSuchRecording(name);
  auto process = std::make_unique<StretchProcess>(
      file, std::vector<std::string>{"clip", Nanoseconds(start), Nanoseconds(end)});
  switch (process->Begin(kStretchPatience)) {
    case StretchProcess::Outcome::kHangs:
      return DecoderHangs(name);
    case StretchProcess::Outcome::kTrouble:
      return ErrorReply(422, "no-audio", "'" + name + "' cannot be decoded: " + process->Text());
    case StretchProcess::Outcome::kFacts:
      break;
  }
  const ClipFacts facts = ParseFacts(process->Text());
  const std::uint64_t data = facts.frames * static_cast<unsigned>(facts.channels * facts.bits / 8);
  const Bytes header =
      BuildWavHeader({.rate = facts.rate, .channels = facts.channels, .bits = facts.bits}, data);
  Reply reply;
  reply.headers.emplace_back("Content-Type", "audio/wav");
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.file.length = header.size() + data + data % 2;
  reply.file.source =
      std::make_shared<StretchBody>(std::move(process), std::string(AsText(header)), data % 2);
  return reply;
}

}  // namespace isr
