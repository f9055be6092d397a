#include "plugins/ogg_muxer.hpp"

#include <utility>

#include <glib.h>

#include "format/flac_frame.hpp"
#include "format/ogg_headers.hpp"
#include "format/ogg_writer.hpp"
#include "media/coded_caps.hpp"
#include "plugins/frame_table.hpp"

namespace isr {
namespace {

class OggMuxer final : public FileMuxer {
 public:
  bool SetCaps(GstCaps* caps) override {
    const auto format = FormatOfCaps(caps);
    if (!format.has_value()) return false;
    format_ = *format;
    format_.pre_skip = 0;
    headers_ = BuildOggHeaders(format_, {.vendor = "isr " ISR_VERSION, .entries = {}});
    return !headers_.empty();
  }

  void Begin(const std::optional<FileStart>& /*start*/, Output& output) override {
    // Half a second to a page: what is not yet on one is lost in a crash.
    writer_.emplace(g_random_int(), static_cast<std::uint32_t>(format_.rate) / 2);
    Bytes pages;
    for (const Bytes& header : headers_) writer_->AddHeader(header, pages);
    writer_->Flush(pages);
    output.Append(pages);
  }

  void Take(GstBuffer* buffer, ByteView bytes, Output& output) override {
    Bytes pages;
    for (const FrameEntry& entry : FramesIn(buffer, format_.rate)) {
      AddPacket(bytes.first(entry.bytes), entry.samples, pages);
      bytes = bytes.subspan(entry.bytes);
    }
    output.Append(pages);
  }

  void Finish(Output& output) override {
    Bytes pages;
    writer_->Finish(0, pages);
    output.Append(pages);
  }

 private:
  void AddPacket(ByteView packet, std::uint32_t samples, Bytes& pages) {
    const bool first = std::exchange(first_, false);
    if (format_.codec == Codec::kOggFlac) {
      Bytes renumbered;
      if (!RenumberFlacFrame(packet, writer_->Granule(), renumbered)) return;
      writer_->AddPacket(renumbered, samples, pages);
      return;
    }
    // A decoder gives nothing for a Vorbis stream's first packet.
    const bool silent = first && format_.codec == Codec::kVorbis;
    writer_->AddPacket(packet, silent ? 0 : samples, pages);
  }

  CodedFormat format_;
  std::vector<Bytes> headers_;
  std::optional<OggWriter> writer_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<FileMuxer> MakeOggMuxer() {
  return std::make_unique<OggMuxer>();
}

}  // namespace isr
