#include "format/cut_writer.hpp"

#include <random>
#include <utility>

#include "base/error.hpp"
#include "format/flac_frame.hpp"
#include "format/flac_metadata.hpp"
#include "format/ogg_headers.hpp"
#include "format/ogg_writer.hpp"
#include "format/xing.hpp"

namespace isr {
namespace {

/// MPEG audio and ADTS: the frames as they are; layer III behind an info frame.
class BareFrames final : public CutWriter {
 public:
  void Add(ByteView frame, std::uint32_t /*samples*/, Bytes& out) override {
    index_.Add(frame);
    AppendBytes(out, frame);
  }
  void Finish(std::uint32_t /*trim*/, Bytes& /*out*/) override {}
  Bytes Header() const override { return index_.Build(); }

 private:
  XingIndex index_;  ///< passes over what is no MPEG audio
};

class FlacFile final : public CutWriter {
 public:
  FlacFile(const FlacStreamInfo& info, VorbisComment comment)
      : index_(info), comment_(std::move(comment)) {}

  void Add(ByteView frame, std::uint32_t samples, Bytes& out) override {
    const size_t begin = out.size();
    if (!RenumberFlacFrame(frame, index_.Samples(), out)) return;
    index_.Add(ByteView(out).subspan(begin), samples);
  }
  void Finish(std::uint32_t /*trim*/, Bytes& /*out*/) override {}
  Bytes Header() const override { return index_.Build(comment_); }

 private:
  FlacIndex index_;
  const VorbisComment comment_;
};

class OggFile final : public CutWriter {
 public:
  OggFile(const CodedFormat& format, const VorbisComment& comment)
      : is_flac_(format.codec == Codec::kOggFlac),
        is_vorbis_(format.codec == Codec::kVorbis),
        headers_(BuildOggHeaders(format, comment)),
        writer_(std::random_device()(), static_cast<std::uint32_t>(format.rate)) {
    if (headers_.empty()) throw Error("its Ogg headers are not complete");
  }

  void Add(ByteView frame, std::uint32_t samples, Bytes& out) override {
    const bool is_first = !headers_.empty();
    for (const Bytes& header : std::exchange(headers_, {})) writer_.AddHeader(header, out);
    if (is_flac_) {
      Bytes renumbered;
      if (RenumberFlacFrame(frame, writer_.Granule(), renumbered)) {
        writer_.AddPacket(renumbered, samples, out);
      }
    } else {
      // A decoder gives nothing for a Vorbis stream's first packet.
      writer_.AddPacket(frame, is_first && is_vorbis_ ? 0 : samples, out);
    }
  }
  void Finish(std::uint32_t trim, Bytes& out) override { writer_.Finish(trim, out); }
  Bytes Header() const override { return {}; }

 private:
  const bool is_flac_;
  const bool is_vorbis_;
  std::vector<Bytes> headers_;  ///< not yet given out
  OggWriter writer_;
};

}  // namespace

std::unique_ptr<CutWriter> MakeCutWriter(const CodedFormat& format, const VorbisComment& comment) {
  switch (format.codec) {
    case Codec::kMpegAudio:
    case Codec::kAdtsAac:
      return std::make_unique<BareFrames>();
    case Codec::kFlac:
      if (const auto info = ParseFlacStreamInfo(format.headers.at(0))) {
        return std::make_unique<FlacFile>(*info, comment);
      }
      throw Error("its STREAMINFO is damaged");
    case Codec::kVorbis:
    case Codec::kOpus:
    case Codec::kOggFlac:
      break;
  }
  return std::make_unique<OggFile>(format, comment);
}

}  // namespace isr
