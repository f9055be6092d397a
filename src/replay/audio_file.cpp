#include "replay/audio_file.hpp"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "model/save.hpp"

namespace isr {
namespace {

/// Sample frames that are encoded at once.
constexpr size_t kFlacChunk = 65536;

class WavWriter final : public PcmWriter {
 public:
  explicit WavWriter(const PcmLayout& layout) : layout_(layout) {}

  void Add(ByteView pcm, Bytes& out) override {
    AppendBytes(out, pcm);
    data_bytes_ += pcm.size();
  }
  void Finish(Bytes& out) override {
    if (data_bytes_ % 2 != 0) out.push_back(0);
  }
  Bytes Header(const SaveFacts& origin) const override {
    WavFacts facts{.rate = layout_.rate, .channels = layout_.channels, .bits = layout_.bits};
    facts.originator = "isr";
    facts.coding_history =
        fmt::format("A=PCM,F={},W={},M={},T=isr {}\r\n", layout_.rate, layout_.bits,
                    layout_.channels == 1   ? "mono"
                    : layout_.channels == 2 ? "stereo"
                                            : "multi",
                    ISR_VERSION);
    // bext knows local time only, and the first sample counted from its midnight.
    const auto local = origin.start + origin.utc_offset;
    const auto since_midnight = local - std::chrono::floor<std::chrono::days>(local);
    const std::tm time = fmt::gmtime(static_cast<std::time_t>(
        std::chrono::floor<std::chrono::seconds>(local).time_since_epoch().count()));
    facts.origination_date = fmt::format("{:%Y-%m-%d}", time);
    facts.origination_time = fmt::format("{:%H:%M:%S}", time);
    constexpr std::uint64_t kMicroseconds = 1'000'000;
    const auto rate = static_cast<std::uint64_t>(layout_.rate);
    facts.time_reference =
        (static_cast<std::uint64_t>(since_midnight.count()) * rate + kMicroseconds / 2) /
        kMicroseconds;
    return BuildWavHeader(facts, data_bytes_);
  }

 private:
  const PcmLayout layout_;
  std::uint64_t data_bytes_ = 0;
};

class FlacWriter final : public PcmWriter {
 public:
  explicit FlacWriter(const PcmLayout& layout)
      : layout_(layout),
        info_{.rate = layout.rate, .channels = layout.channels, .bits = layout.bits},
        frames_(MakeCutWriter({.codec = Codec::kFlac,
                               .rate = layout.rate,
                               .channels = layout.channels,
                               .bits = layout.bits,
                               .headers = {BuildFlacStreamInfo(info_)}},
                              {.vendor = "isr " ISR_VERSION, .entries = {}})) {}

  void Add(ByteView pcm, Bytes& out) override {
    AppendSamples(samples_, pcm, layout_.bits);
    if (samples_.size() >= kFlacChunk * static_cast<size_t>(layout_.channels)) Encode(out);
  }
  void Finish(Bytes& out) override {
    if (!samples_.empty()) Encode(out);
    frames_->Finish(0, out);
  }
  Bytes Header(const SaveFacts& /*origin*/) const override { return frames_->Header(); }

 private:
  void Encode(Bytes& out) {
    for (const EncodedFlacFrame& frame : EncodeFlacFrames(info_, samples_)) {
      frames_->Add(frame.bytes, frame.samples, out);
    }
    samples_.clear();
  }

  const PcmLayout layout_;
  const FlacStreamInfo info_;
  const std::unique_ptr<CutWriter> frames_;
  FlacSamples samples_;  ///< not yet encoded
};

}  // namespace

void HeadedFile::Append(ByteView bytes, const std::function<Bytes()>& header) {
  if (!header_bytes_) {
    const Bytes first = header();
    header_bytes_ = first.size();
    file_.Append(first);
  }
  file_.Append(bytes);
}

void HeadedFile::Finish(ByteView header) {
  if (header.size() != header_bytes_.value_or(0)) {
    throw SaveError("internal", "a header grew while its file was made");
  }
  file_.Replace(0, header);
}

void HeadedFile::Restart() {
  header_bytes_.reset();
  file_.Clear();
}

std::unique_ptr<PcmWriter> MakeWavWriter(const PcmLayout& layout) {
  return std::make_unique<WavWriter>(layout);
}

std::unique_ptr<PcmWriter> MakeFlacWriter(const PcmLayout& layout) {
  return std::make_unique<FlacWriter>(layout);
}

void FlacToPcm::Add(ByteView frame, std::uint32_t /*samples*/, Bytes& out) {
  const auto bytes = static_cast<size_t>(info_.bits / 8);
  Bytes pcm;
  for (const std::int32_t sample : DecodeFlacFrame(info_, frame)) {
    AppendLittleEndian(pcm, static_cast<std::uint32_t>(sample), bytes);
  }
  pcm_.Add(pcm, out);
}

void FlacToPcm::Finish(std::uint32_t /*trim*/, Bytes& out) {
  pcm_.Finish(out);
}

}  // namespace isr
