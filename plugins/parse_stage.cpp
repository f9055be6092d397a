#include "plugins/parse_stage.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "format/sniff.hpp"
#include "media/coded_caps.hpp"

namespace isr {
GstFlowReturn ParseStage::Take(ByteView bytes) {
  GstFlowReturn flow = failed_ ? GST_FLOW_ERROR : GST_FLOW_OK;
  while (flow == GST_FLOW_OK) {
    const auto item = icy_->Next(bytes);
    if (!item.has_value()) break;
    if (const auto* const audio = std::get_if<IcyAudio>(&*item)) {
      flow = TakeAudio(audio->bytes);
    } else {
      const auto& metadata = std::get<IcyMetadata>(*item);
      if (const auto title = metadata.Title()) {
        flow = Flush();
        SendTitle(*title, metadata.raw);
      }
    }
  }
  return flow == GST_FLOW_OK ? Flush() : flow;
}

GstFlowReturn ParseStage::TakeAudio(ByteView bytes) {
  if (framer_ != nullptr) {
    framer_->Push(bytes);
    return PassOn();
  }
  AppendBytes(unknown_, bytes);
  if (!FindOut(unknown_, false)) return failed_ ? GST_FLOW_ERROR : GST_FLOW_OK;
  framer_->Push(std::exchange(unknown_, {}));
  return PassOn();
}

void ParseStage::Finish() {
  if (framer_ == nullptr && !unknown_.empty() && FindOut(unknown_, true)) {
    framer_->Push(std::exchange(unknown_, {}));
  }
  if (framer_ == nullptr) return;
  framer_->Finish();
  PassOn();
  Flush();
}

/// Whether it is known what comes. A tag longer than what has come is skipped first.
bool ParseStage::FindOut(ByteView bytes, bool ended) {
  const Sniffed sniffed = Sniff(bytes, ended);
  if (sniffed.content == Content::kNeedMore) return false;
  if (sniffed.content == Content::kTag && bytes.size() < sniffed.skip && !ended) return false;
  if (sniffed.content == Content::kTag) {
    unknown_.erase(unknown_.begin(), unknown_.begin() + static_cast<std::ptrdiff_t>(sniffed.skip));
    return FindOut(unknown_, ended);
  }
  const auto hint = sniffed.content == Content::kUnknown ? hint_ : std::nullopt;
  if (const auto codec = hint.has_value() ? hint : CodecOf(sniffed.content)) {
    framer_ = MakeFramer(*codec);
    return true;
  }
  failed_ = true;
  output_.Fail(
      fmt::format("What comes is {}, which cannot be recorded.", isr::Describe(sniffed.content)));
  return false;
}

GstFlowReturn ParseStage::PassOn() {
  while (auto item = framer_->Next()) {
    if (const auto* const frame = std::get_if<Frame>(&*item)) {
      Add(*frame);
    } else if (const auto* const next = std::get_if<NewFormat>(&*item)) {
      const GstFlowReturn flow = Flush();
      if (flow != GST_FLOW_OK) return flow;
      BeginFormat(next->format);
    } else if (const auto* const next_comment = std::get_if<NewComment>(&*item)) {
      const GstFlowReturn flow = Flush();
      if (flow != GST_FLOW_OK) return flow;
      SendTitle(next_comment->comment.Title(), next_comment->comment.Title());
    } else if (const auto* const skipped = std::get_if<Skipped>(&*item)) {
      if (skipped->kind == SkippedKind::kGarbage) garbage_ += skipped->bytes;
    }
  }
  return GST_FLOW_OK;
}

void ParseStage::Add(const Frame& frame) {
  AppendBytes(frames_, frame.bytes);
  entries_.push_back(
      {.bytes = static_cast<std::uint32_t>(frame.bytes.size()), .samples = frame.samples});
  samples_ += frame.samples;
}

void ParseStage::BeginFormat(const CodedFormat& format) {
  if (format_.has_value() && SameCoding(*format_, format)) return;
  if (format_.has_value()) begin_ = TimeOf(std::exchange(passed_, 0));
  format_ = format;
  output_.SetCaps(CapsOf(format).Get());
}

/// Frames gathered before it have been passed on.
void ParseStage::SendTitle(const std::string& text, const std::string& raw) {
  // Servers send an empty one before anything was played.
  if (text.empty() && !titled_) return;
  titled_ = true;
  GBytes* const bytes = g_bytes_new(raw.data(), raw.size());
  output_.SendTitle(gst_structure_new("isr-title", "raw", G_TYPE_BYTES, bytes, "text",
                                      G_TYPE_STRING, text.c_str(), nullptr));
  g_bytes_unref(bytes);
}

GstClockTime ParseStage::TimeOf(std::uint64_t sample) const {
  return begin_ + gst_util_uint64_scale(sample, GST_SECOND, static_cast<guint64>(format_->rate));
}

/// Passes on what was gathered.
GstFlowReturn ParseStage::Flush() {
  if (garbage_ > 0) {
    output_.Post(gst_structure_new("isr-garbage", "bytes", G_TYPE_UINT64,
                                   guint64{std::exchange(garbage_, 0)}, nullptr));
  }
  if (entries_.empty()) return GST_FLOW_OK;
  auto buffer = Ref<GstBuffer>::Adopt(gst_buffer_new_memdup(frames_.data(), frames_.size()));
  const GstClockTime begin = TimeOf(passed_);
  passed_ += std::exchange(samples_, 0);
  GST_BUFFER_PTS(buffer.Get()) = begin;
  GST_BUFFER_DURATION(buffer.Get()) = TimeOf(passed_) - begin;
  AddFrameTable(buffer.Get(), std::exchange(entries_, {}));
  frames_.clear();
  return output_.Push(std::move(buffer));
}

}  // namespace isr
