#include "format/cut.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "format/cut_frames.hpp"
#include "format/cut_wav.hpp"
#include "format/sniff.hpp"

namespace isr {
namespace {

std::string TimeInName(double seconds) {
  const long long ms = std::llround(seconds * 1000);
  const std::string hours = ms >= 3'600'000 ? fmt::format("{}h", ms / 3'600'000) : "";
  return fmt::format("{}{:02}m{:02}.{:03}s", hours, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string WhatItIs(const FileBytes& file, Content content) {
  const Bytes head = file.Read(0, 12);
  const bool is_mp4 = head.size() == 12 && StartsWith(ByteView(head).subspan(4), "ftyp");
  return is_mp4 ? "MP4 (M4A)" : std::string(Describe(content));
}

}  // namespace

NoSuchTime::NoSuchTime(double duration)
    : Error(fmt::format("there is no audio at that time; it lasts {:.3f} s", duration)),
      duration_(duration) {}

std::unique_ptr<Cut> MakeCut(const Fd& file, const CutRequest& request,
                             const std::function<void()>& progress) {
  FileBytes view(file, request.bytes);
  const Content content = SniffFile(view);
  if (content == Content::kWav) return MakeWavCut(std::move(view), request);
  if (const auto codec = CodecOf(content)) return MakeFrameCut(view, *codec, request, progress);
  throw Error(fmt::format(
      "it is {}; only WAV, FLAC, MP3, AAC (ADTS) and Ogg can be cut without being encoded anew",
      WhatItIs(view, content)));
}

std::string CutName(const std::string& name, double start, double end) {
  const std::string file = name.substr(name.rfind('/') + 1);
  const size_t dot = std::min(file.rfind('.'), file.size());
  return fmt::format("{}_{}-{}{}", file.substr(0, dot), TimeInName(start), TimeInName(end),
                     file.substr(dot));
}

}  // namespace isr
