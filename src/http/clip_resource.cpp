#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "catalogue/reader.hpp"
#include "catalogue/roots.hpp"
#include "format/wav_header.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "worker/clip_process.hpp"

namespace isr {
namespace {

constexpr double kLongest = 1e6;  // seconds; no recording is longer
constexpr double kLongestClip = 600;

/// A decoder that says nothing for so long hangs.
constexpr std::chrono::seconds kPatience{10};

/// A WAV file while it is decoded.
class ClipBody final : public BodySource {
 public:
  explicit ClipBody(std::unique_ptr<ClipProcess> clip) : clip_(std::move(clip)) {
    const ClipProcess::Facts& facts = clip_->About();
    const std::uint64_t data =
        facts.frames * static_cast<unsigned>(facts.channels * facts.bits / 8);
    const Bytes header =
        BuildWavHeader({.rate = facts.rate, .channels = facts.channels, .bits = facts.bits}, data);
    next_.assign(header.begin(), header.end());
    size_ = header.size() + data + data % 2;
    if (data % 2 != 0) tail_ = 1;
  }

  std::uint64_t Size() const { return size_; }

  /// It is read once, from front to back.
  bool Read(std::uint64_t /*offset*/, std::span<std::uint8_t> data) override {
    while (next_.size() < data.size()) {
      if (clip_->Read(next_, kPatience)) continue;
      next_.append(std::exchange(tail_, 0), '\0');
      break;
    }
    if (next_.size() < data.size()) return false;
    std::copy_n(next_.begin(), data.size(), data.begin());
    next_.erase(0, data.size());
    return true;
  }

 private:
  std::unique_ptr<ClipProcess> clip_;
  std::uint64_t size_ = 0;
  std::string next_;      ///< what was read ahead
  std::size_t tail_ = 0;  ///< bytes behind the last sample
};

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
  auto clip = std::make_unique<ClipProcess>(file, start, end);
  switch (clip->Begin(kPatience)) {
    case ClipProcess::Outcome::kHangs:
      return ErrorReply(504, "decoder-hangs",
                        "the decoder of '" + name + "' says nothing; the file may be damaged");
    case ClipProcess::Outcome::kTrouble:
      return ErrorReply(422, "no-audio", "'" + name + "' cannot be decoded: " + clip->Trouble());
    case ClipProcess::Outcome::kClip:
      break;
  }
  auto body = std::make_shared<ClipBody>(std::move(clip));
  Reply reply;
  reply.headers.emplace_back("Content-Type", "audio/wav");
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.file.length = body->Size();
  reply.file.source = std::move(body);
  return reply;
}

}  // namespace isr
