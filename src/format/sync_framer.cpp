#include "format/sync_framer.hpp"

#include <algorithm>

#include "format/tag.hpp"

namespace isr {
namespace {

constexpr int kHeadersToResume = 2;
constexpr int kHeadersToBegin = 3;

}  // namespace

std::optional<StreamItem> SyncFramer::Next() {
  for (;;) {
    if (tag_left_ > 0) {
      if (auto tag = TakeTag()) return tag;
      if (!ended_) return std::nullopt;
      continue;
    }
    if (!synced_ && !SkipTag() && !Search()) return ended_ ? TakeGarbage() : std::nullopt;
    if (!synced_) continue;
    switch (Look()) {
      case Sight::kNeedMore:
        return std::nullopt;
      case Sight::kFrame:
        return TakeFrame();
      case Sight::kLastFrame: {
        auto item = TakeFrame();
        if (std::holds_alternative<Frame>(*item) || std::holds_alternative<InfoFrame>(*item)) {
          synced_ = false;
        }
        return item;
      }
      case Sight::kDamaged:
        DropGarbage(inside_);
        break;
      case Sight::kTag:
      case Sight::kLost:
        synced_ = false;
        break;
    }
  }
}

/// What stands at the front, while synced.
SyncFramer::Sight SyncFramer::Look() {
  const ByteView data = queue_.View();
  if (data.size() < code_.header_bytes) return ended_ ? Sight::kLost : Sight::kNeedMore;
  if (LooksLikeTag(data)) return Sight::kTag;
  const auto header = code_.parse(data);
  if (!header || header->identity != identity_) return Sight::kLost;
  if (data.size() < header->frame_bytes + code_.header_bytes) {
    if (!ended_) return Sight::kNeedMore;
    if (data.size() < header->frame_bytes) return Sight::kLost;
  }
  return LookBehind(data, *header);
}

SyncFramer::Sight SyncFramer::LookBehind(ByteView data, const SyncHeader& header) {
  const ByteView behind = data.subspan(header.frame_bytes);
  if (behind.size() < code_.header_bytes || LooksLikeTag(behind)) return Sight::kFrame;
  const auto next = code_.parse(behind);
  if (next && next->identity == identity_) return Sight::kFrame;
  return LookInside(data, header.frame_bytes).value_or(Sight::kLastFrame);
}

/// Whether a chain of headers begins inside of the frame at the front. `inside_` is where.
std::optional<SyncFramer::Sight> SyncFramer::LookInside(ByteView data, size_t frame_bytes) {
  for (inside_ = std::max<size_t>(inside_, 1); inside_ < frame_bytes; ++inside_) {
    const Chain chain = FindChain(code_, data.subspan(inside_), kHeadersToBegin, ended_);
    if (chain == Chain::kYes) return Sight::kDamaged;
    if (chain == Chain::kNeedMore) return Sight::kNeedMore;
  }
  return std::nullopt;
}

/// While not synced: begins to drop a tag at the front. True when there is one.
bool SyncFramer::SkipTag() {
  const ByteView data = queue_.View();
  if (!at_boundary_ || !LooksLikeTag(data)) return false;
  if (data.size() < kTagHeaderBytes && !ended_) return false;
  tag_bytes_ = tag_left_ = TagBytes(data);
  if (tag_left_ == 0) at_boundary_ = false;
  return tag_left_ > 0;
}

/// Drops bytes up to a chain of headers. False when more are needed.
bool SyncFramer::Search() {
  const ByteView data = queue_.View();
  if (at_boundary_ && !ended_) {
    // Long enough to see whether a tag begins here, and then all of its header?
    if (data.size() < code_.header_bytes) return false;
    if (LooksLikeTag(data) && data.size() < kTagHeaderBytes) return false;
  }
  for (size_t at = 0; at < data.size(); ++at) {
    const ByteView rest = data.subspan(at);
    const auto header = code_.parse(rest);
    const bool known = header && header->identity == identity_;
    const int count = known ? kHeadersToResume : kHeadersToBegin;
    const Chain chain = FindChain(code_, rest, count, ended_);
    if (chain == Chain::kNo) continue;
    DropGarbage(at);
    if (chain == Chain::kNeedMore) return false;
    identity_ = header->identity;
    synced_ = true;
    return true;
  }
  DropGarbage(data.size());
  return false;
}

void SyncFramer::DropGarbage(size_t bytes) {
  if (bytes == 0) return;
  queue_.Drop(bytes);
  garbage_ += bytes;
  at_boundary_ = false;
  inside_ = 0;
}

std::optional<StreamItem> SyncFramer::TakeGarbage() {
  if (garbage_ == 0) return std::nullopt;
  return Skipped{std::exchange(garbage_, 0), SkippedKind::kGarbage};
}

/// Drops of the tag what is there; says so when it is all dropped.
std::optional<StreamItem> SyncFramer::TakeTag() {
  if (auto garbage = TakeGarbage()) return garbage;
  const auto step = static_cast<size_t>(std::min<std::uint64_t>(tag_left_, queue_.Size()));
  queue_.Drop(step);
  tag_left_ -= step;
  if (tag_left_ > 0 && !ended_) return std::nullopt;
  const std::uint64_t dropped = tag_bytes_ - std::exchange(tag_left_, 0);
  at_boundary_ = true;
  return Skipped{dropped, SkippedKind::kTag};
}

/// The frame at the front, or what has to be said before it.
std::optional<StreamItem> SyncFramer::TakeFrame() {
  if (auto garbage = TakeGarbage()) return garbage;
  const ByteView data = queue_.View();
  if (announced_ != identity_) {
    announced_ = identity_;
    return NewFormat{code_.describe(data)};
  }
  const SyncHeader header = *code_.parse(data);
  const ByteView bytes = data.first(header.frame_bytes);
  queue_.Drop(header.frame_bytes);
  at_boundary_ = true;
  inside_ = 0;
  if (code_.is_info(bytes)) return InfoFrame{bytes};
  return Frame{.bytes = bytes, .samples = header.samples};
}

}  // namespace isr
