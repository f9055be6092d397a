#include "plugins/flac_muxer.hpp"

#include "format/flac_frame.hpp"
#include "format/flac_metadata.hpp"
#include "media/coded_caps.hpp"
#include "plugins/frame_table.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kPatchSeconds = 5;

class FlacMuxer final : public FileMuxer {
 public:
  bool SetCaps(GstCaps* caps) override {
    const auto format = FormatOfCaps(caps);
    if (!format.has_value() || format->headers.empty()) return false;
    const auto info = ParseFlacStreamInfo(format->headers.front());
    if (!info.has_value()) return false;
    rate_ = info->rate;
    index_.emplace(*info);
    comment_.vendor = "isr " ISR_VERSION;
    return true;
  }

  void Begin(const std::optional<FileStart>& /*start*/, Output& output) override {
    output.Append(index_->Build(comment_));
  }

  void Take(GstBuffer* buffer, ByteView bytes, Output& output) override {
    Bytes renumbered;
    for (const FrameEntry& entry : FramesIn(buffer, rate_)) {
      const std::size_t begin = renumbered.size();
      if (RenumberFlacFrame(bytes.first(entry.bytes), index_->Samples(), renumbered)) {
        index_->Add(ByteView(renumbered).subspan(begin), entry.samples);
      }
      bytes = bytes.subspan(entry.bytes);
    }
    output.Append(renumbered);
    const auto second = static_cast<std::uint64_t>(rate_);
    if (index_->Samples() - patched_at_ < kPatchSeconds * second) return;
    patched_at_ = index_->Samples();
    output.Patch(0, index_->Build(comment_));
  }

  void Finish(Output& output) override { output.Patch(0, index_->Build(comment_)); }

 private:
  int rate_ = 0;
  std::optional<FlacIndex> index_;
  VorbisComment comment_;
  std::uint64_t patched_at_ = 0;
};

}  // namespace

std::unique_ptr<FileMuxer> MakeFlacMuxer() {
  return std::make_unique<FlacMuxer>();
}

}  // namespace isr
