#include "plugins/parse_stage.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "format/sniff.hpp"
#include "plugins/coded_caps.hpp"

namespace isr {
namespace {

std::optional<Codec> CodecOf(Content content) {
  switch (content) {
    case Content::kMpegAudio:
      return Codec::kMpegAudio;
    case Content::kAdtsAac:
      return Codec::kAdtsAac;
    case Content::kFlac:
      return Codec::kFlac;
    case Content::kOggVorbis:
      return Codec::kVorbis;
    case Content::kOggOpus:
      return Codec::kOpus;
    case Content::kOggFlac:
      return Codec::kOggFlac;
    default:
      return std::nullopt;
  }
}

}  // namespace

ParseStage::ParseStage(std::optional<Codec> codec, Output& output) : output_(output) {
  if (codec.has_value()) framer_ = MakeFramer(*codec);
}

GstFlowReturn ParseStage::Take(ByteView bytes) {
  if (failed_) return GST_FLOW_ERROR;
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
  if (const auto codec = CodecOf(sniffed.content)) {
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
      if (!BeginFormat(next->format)) return GST_FLOW_ERROR;
    } else if (const auto* const next_comment = std::get_if<NewComment>(&*item)) {
      PostTitle(next_comment->comment.Title());
    } else if (const auto* const skipped = std::get_if<Skipped>(&*item)) {
      if (skipped->kind == SkippedKind::kGarbage) garbage_ += skipped->bytes;
    }
  }
  return Flush();
}

void ParseStage::Add(const Frame& frame) {
  AppendBytes(frames_, frame.bytes);
  entries_.push_back(
      {.bytes = static_cast<std::uint32_t>(frame.bytes.size()), .samples = frame.samples});
  samples_ += frame.samples;
}

bool ParseStage::BeginFormat(const AudioFormat& format) {
  if (format_.has_value() && !SameCoding(*format_, format)) {
    failed_ = true;
    output_.Fail("The stream's format changed.");
    return false;
  }
  if (std::exchange(format_, format).has_value()) return true;
  output_.Post(gst_structure_new("isr-format", "extension", G_TYPE_STRING,
                                 ExtensionOf(format.codec), nullptr));
  output_.SetCaps(CapsOf(format).Get());
  return true;
}

void ParseStage::PostTitle(const std::string& title) {
  const auto rate = static_cast<guint64>(format_->rate);
  output_.Post(gst_structure_new(
      "isr-title", "title", G_TYPE_STRING, title.c_str(), "running-time", G_TYPE_UINT64,
      gst_util_uint64_scale(passed_ + samples_, GST_SECOND, rate), nullptr));
}

/// Passes on what was gathered.
GstFlowReturn ParseStage::Flush() {
  if (garbage_ > 0) {
    output_.Post(gst_structure_new("isr-garbage", "bytes", G_TYPE_UINT64,
                                   guint64{std::exchange(garbage_, 0)}, nullptr));
  }
  if (entries_.empty()) return GST_FLOW_OK;
  const auto rate = static_cast<guint64>(format_->rate);
  auto buffer = Ref<GstBuffer>::Adopt(gst_buffer_new_memdup(frames_.data(), frames_.size()));
  const GstClockTime begin = gst_util_uint64_scale(passed_, GST_SECOND, rate);
  passed_ += std::exchange(samples_, 0);
  GST_BUFFER_PTS(buffer.Get()) = begin;
  GST_BUFFER_DURATION(buffer.Get()) = gst_util_uint64_scale(passed_, GST_SECOND, rate) - begin;
  AddFrameTable(buffer.Get(), std::exchange(entries_, {}));
  frames_.clear();
  return output_.Push(std::move(buffer));
}

}  // namespace isr
