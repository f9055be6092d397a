#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "catalogue/audio_files.hpp"
#include "catalogue/tracks.hpp"
#include "format/cut.hpp"
#include "http/growing.hpp"
#include "http/media_type.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/stretch_body.hpp"

namespace isr {
namespace {

constexpr double kLongest = 1e6;  // seconds; no recording is longer

/// Frames before the start that a decoder needs, and what a track's second is inexact by.
constexpr double kLeadIn = 3;  // seconds

std::uint64_t SizeOf(const Fd& file) {
  struct stat facts {};
  if (::fstat(file.Get(), &facts) != 0) throw SystemError("cannot look at a file", errno);
  return static_cast<std::uint64_t>(facts.st_size);
}

}  // namespace

Reply AnswerCut(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {"file", "start", "end"});
  const std::string& name = parameters.Text("file");
  const double start = parameters.Number("start", 0, kLongest);
  const double end = parameters.Number("end", 0, kLongest);
  if (end <= start) throw BadParameter{"'end' must be greater than 'start'"};

  const Fd file = OpenRecording(services.roots, name);
  if (!file.IsOpen()) return NoSuchRecording(name);
  // Asked before the size is taken: what has ended by now does not grow any more.
  const bool is_growing = IsGrowing(request, services, name);
  const auto place = ReadPlace(services.roots.ForName(name), name, start - kLeadIn);
  auto process = std::make_unique<StretchProcess>(
      file, std::vector<std::string>{"print-cut", Nanoseconds(start), Nanoseconds(end),
                                     fmt::format("{}", SizeOf(file)),
                                     fmt::format("{}", place ? place->bytes : 0),
                                     fmt::format("{}", place ? place->samples : 0)});
  switch (process->Begin(kStretchPatience)) {
    case StretchProcess::Outcome::kHangs:
      return DecoderHangs(name);
    case StretchProcess::Outcome::kTrouble:
      return ErrorReply(422, "cannot-cut", "'" + name + "' cannot be cut: " + process->Text());
    case StretchProcess::Outcome::kFacts:
      break;
  }
  double seconds = 0;
  if (std::sscanf(process->Text().c_str(), "beyond %lf", &seconds) == 1) {
    if (is_growing) {
      return ErrorReply(409, "growing",
                        fmt::format("'{}' is still being recorded, and holds {:.3f} s so far; try "
                                    "again later",
                                    name, seconds));
    }
    return ErrorReply(422, "no-audio", fmt::format("'{}' lasts only {:.3f} s", name, seconds));
  }
  unsigned long long bytes = 0;
  if (std::sscanf(process->Text().c_str(), "cut %llu %lf", &bytes, &seconds) != 2) {
    throw Error("a cut began with '" + process->Text() + "'");
  }
  Reply reply;
  reply.headers.emplace_back("Content-Type", MediaTypeOf(ExtensionOf(name)));
  reply.headers.emplace_back("Content-Disposition",
                             AttachmentDisposition(CutName(name, start, seconds)));
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.file.length = bytes;
  reply.file.source = std::make_shared<StretchBody>(std::move(process), std::string(), 0);
  return reply;
}

}  // namespace isr
