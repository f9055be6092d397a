#include "plugins/frame_muxer.hpp"

#include "format/xing.hpp"
#include "media/coded_caps.hpp"
#include "plugins/frame_table.hpp"

namespace isr {
namespace {

class FrameMuxer final : public FileMuxer {
 public:
  bool SetCaps(GstCaps* caps) override {
    const auto format = FormatOfCaps(caps);
    if (!format.has_value()) return false;
    is_mpeg_audio_ = format->codec == Codec::kMpegAudio;
    rate_ = format->rate;
    return true;
  }

  void Begin(const std::optional<FileStart>& /*start*/, Output& /*output*/) override {}

  void Take(GstBuffer* buffer, ByteView bytes, Output& output) override {
    if (is_mpeg_audio_) Index(buffer, bytes, output);
    output.Append(bytes);
  }

  void Finish(Output& output) override {
    if (is_mpeg_audio_) output.Patch(0, index_.Build());
  }

 private:
  /// The info frame's size depends on the first frame's header alone: it is put there at once and
  /// replaced when all is known.
  void Index(GstBuffer* buffer, ByteView bytes, Output& output) {
    const bool first = index_.Frames() == 0;
    for (const FrameEntry& entry : FramesIn(buffer, rate_)) {
      index_.Add(bytes.first(entry.bytes));
      bytes = bytes.subspan(entry.bytes);
    }
    if (first) output.Append(index_.Build());
  }

  bool is_mpeg_audio_ = false;
  int rate_ = 0;
  XingIndex index_;
};

}  // namespace

std::unique_ptr<FileMuxer> MakeFrameMuxer() {
  return std::make_unique<FrameMuxer>();
}

}  // namespace isr
