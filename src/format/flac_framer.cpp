#include "format/flac_framer.hpp"

#include <algorithm>

#include "format/tag.hpp"

namespace isr {
namespace {

/// Longer comments (pictures) are not read.
constexpr std::uint32_t kMaxComment = 1u << 20;

/// So many false headers in a row may each be looked through to its end; then all that was looked
/// at is skipped, so that a hostile stream costs no more than this many times an honest one.
constexpr int kMaxFailures = 16;

/// "fLaC" and the header of a STREAMINFO block: among garbage, four letters alone could be chance.
HeaderSight SeeStreamHeader(ByteView bytes) {
  constexpr std::string_view kStart("fLaC\0\0\0\x22", 8);
  if (StartsWith(bytes, kStart)) return HeaderSight::kYes;
  const bool begun = bytes.size() < kStart.size() && StartsWith(AsBytes(kStart), AsText(bytes));
  return begun ? HeaderSight::kNeedMore : HeaderSight::kNo;
}

CodedFormat FormatOf(const FlacStreamInfo& info) {
  CodedFormat format{.codec = Codec::kFlac};
  format.rate = info.rate;
  format.channels = info.channels;
  format.bits = info.bits;
  return format;
}

}  // namespace

std::optional<StreamItem> FlacFramer::Next() {
  for (;;) {
    if (!events_.empty()) {
      StreamItem item = std::move(events_.front());
      events_.pop_front();
      return item;
    }
    if (frame_ready_) return TakeFrame();
    if (Step()) continue;
    if (!ended_ || garbage_ == 0) return std::nullopt;
    return Skipped{std::exchange(garbage_, 0), SkippedKind::kGarbage};
  }
}

/// False when more bytes are needed.
bool FlacFramer::Step() {
  switch (state_) {
    case State::kBoundary:
      return StepBoundary();
    case State::kMetadata:
      return StepMetadata();
    case State::kSkip:
      return StepSkip();
    case State::kSearch:
      return StepSearch();
    case State::kScan:
      return StepScan();
  }
  return false;
}

bool FlacFramer::StepBoundary() {
  const ByteView data = queue_.View();
  if (data.size() < 4 && !ended_) return false;
  if (data.empty()) return false;
  if (StartsWith(data, "fLaC")) {
    info_.reset();
    comment_.reset();
    fresh_ = false;
    Skip(4, SkippedKind::kMetadata, State::kMetadata);
    return true;
  }
  if (LooksLikeTag(data)) {
    if (data.size() < kTagHeaderBytes && !ended_) return false;
    if (const std::uint64_t tag = TagBytes(data)) {
      Skip(tag, SkippedKind::kTag, State::kBoundary);
      return true;
    }
  }
  state_ = State::kSearch;
  return true;
}

bool FlacFramer::StepMetadata() {
  const ByteView data = queue_.View();
  if (data.size() < kFlacBlockHeaderBytes) {
    if (ended_) DropGarbage(data.size());
    return false;
  }
  const FlacBlockHeader block = ParseFlacBlockHeader(data);
  const bool info = block.type == FlacBlockHeader::kStreamInfo;
  if (block.type == FlacBlockHeader::kInvalid || (info && block.length != kFlacStreamInfoBytes)) {
    state_ = State::kSearch;
    return true;
  }
  const bool comment = block.type == FlacBlockHeader::kComment && block.length <= kMaxComment;
  if ((info || comment) && !KeepBlock(block)) return false;
  fresh_ |= info_.has_value();
  Skip(kFlacBlockHeaderBytes + block.length, SkippedKind::kMetadata,
       block.last ? State::kBoundary : State::kMetadata);
  return true;
}

/// Remembers the block at the front. False when not all of it is there.
bool FlacFramer::KeepBlock(const FlacBlockHeader& block) {
  const ByteView body = queue_.View().subspan(kFlacBlockHeaderBytes);
  if (body.size() < block.length) return ended_;
  const ByteView whole = body.first(block.length);
  if (block.type == FlacBlockHeader::kComment) {
    comment_.emplace(whole.begin(), whole.end());
  } else if ((info_ = ParseFlacStreamInfo(whole))) {
    info_body_.assign(whole.begin(), whole.end());
  }
  return true;
}

void FlacFramer::Skip(std::uint64_t bytes, SkippedKind kind, State next) {
  if (garbage_ > 0) events_.push_back(Skipped{std::exchange(garbage_, 0), SkippedKind::kGarbage});
  skip_bytes_ = skip_left_ = bytes;
  skip_kind_ = kind;
  after_skip_ = next;
  state_ = State::kSkip;
}

bool FlacFramer::StepSkip() {
  const auto step = static_cast<size_t>(std::min<std::uint64_t>(skip_left_, queue_.Size()));
  queue_.Drop(step);
  skip_left_ -= step;
  if (skip_left_ > 0 && !ended_) return false;
  state_ = after_skip_;
  events_.push_back(Skipped{skip_bytes_ - std::exchange(skip_left_, 0), skip_kind_});
  return true;
}

/// Drops bytes up to a frame's header or a stream's.
bool FlacFramer::StepSearch() {
  const ByteView data = queue_.View();
  for (size_t at = 0; at < data.size(); ++at) {
    if (data[at] == 'f') {
      const HeaderSight sight = SeeStreamHeader(data.subspan(at));
      if (sight == HeaderSight::kNo || (sight == HeaderSight::kNeedMore && ended_)) continue;
      DropGarbage(at);
      if (sight == HeaderSight::kYes) state_ = State::kBoundary;
      return sight == HeaderSight::kYes;
    }
    if (data[at] != 0xff) continue;
    FlacFrameHeader header;
    const HeaderSight sight = ParseFlacFrameHeader(data.subspan(at), header);
    if (sight == HeaderSight::kNo || (sight == HeaderSight::kNeedMore && ended_)) continue;
    if (sight == HeaderSight::kYes && !IsUsable(header)) continue;
    DropGarbage(at);
    if (sight == HeaderSight::kNeedMore) return false;
    scan_.Begin(header, queue_.View());
    state_ = State::kScan;
    return true;
  }
  DropGarbage(data.size());
  return false;
}

bool FlacFramer::StepScan() {
  switch (scan_.Find(queue_.View(), info_ ? info_->bits : 0, ended_)) {
    case FlacFrameScan::End::kNeedMore:
      return false;
    case FlacFrameScan::End::kFound:
      failures_ = 0;
      Announce();
      frame_ready_ = true;
      return true;
    case FlacFrameScan::End::kDamaged:
      DropGarbage(scan_.Length());
      state_ = State::kSearch;
      return true;
    case FlacFrameScan::End::kNotFound:
      GiveUp();
      return true;
  }
  return false;
}

/// Whether all is known that a frame with this header leaves to STREAMINFO.
bool FlacFramer::IsUsable(const FlacFrameHeader& header) const {
  return info_.has_value() || (header.rate != 0 && header.bits != 0);
}

/// The header at the front was none, or its frame lost its end.
void FlacFramer::GiveUp() {
  const bool restart = scan_.NextHeader() > 0 && ++failures_ <= kMaxFailures;
  DropGarbage(restart ? scan_.NextHeader() : std::min(scan_.Length(), queue_.Size()));
  state_ = State::kSearch;
}

void FlacFramer::DropGarbage(size_t bytes) {
  queue_.Drop(bytes);
  garbage_ += bytes;
}

/// What frames with this header say of their stream.
FlacStreamInfo FlacFramer::InfoFor(const FlacFrameHeader& header) const {
  FlacStreamInfo info;
  info.min_block = info.max_block = header.block_size;
  info.rate = header.rate;
  info.channels = header.channels;
  info.bits = header.bits;
  if (info_ && info.rate == 0) info.rate = info_->rate;
  if (info_ && info.bits == 0) info.bits = info_->bits;
  return info;
}

/// Says what is new with the frame at the front.
void FlacFramer::Announce() {
  if (garbage_ > 0) events_.push_back(Skipped{std::exchange(garbage_, 0), SkippedKind::kGarbage});
  FlacStreamInfo info = InfoFor(scan_.Header());
  CodedFormat format = FormatOf(info);
  const bool changed = !announced_ || !SameCoding(format, format_);
  if (!changed && !fresh_) return;
  if (fresh_ && SameCoding(format, FormatOf(*info_))) {
    info = *info_;
    format.headers = {info_body_};
    if (comment_) format.headers.push_back(*comment_);
  } else {
    format.headers = {BuildFlacStreamInfo(info)};
    info_ = info;
  }
  nominal_block_ = info.min_block == info.max_block ? info.max_block : scan_.Header().block_size;
  if (changed) {
    events_.push_back(NewFormat{format});
  } else {
    events_.push_back(NewChain{format});
  }
  if (fresh_ && comment_) {
    if (auto comment = ParseVorbisComment(*comment_)) events_.push_back(NewComment{*comment});
  }
  fresh_ = false;
  announced_ = true;
  format_ = std::move(format);
}

Frame FlacFramer::TakeFrame() {
  const FlacFrameHeader& header = scan_.Header();
  Frame frame{.bytes = queue_.View().first(scan_.Length()), .samples = header.block_size};
  frame.position = header.variable ? header.number : header.number * nominal_block_;
  queue_.Drop(scan_.Length());
  frame_ready_ = false;
  state_ = State::kBoundary;
  return frame;
}

}  // namespace isr
