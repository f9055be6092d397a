#include "format/flac_framer.hpp"

#include <algorithm>

#include "format/crc.hpp"
#include "format/tag.hpp"

namespace isr {
namespace {

/// Longer comments (pictures) are not read.
constexpr std::uint32_t kMaxComment = 1u << 20;

/// So many false headers in a row may each be looked through to its end; then all that was looked
/// at is skipped, so that a hostile stream costs no more than this many times an honest one.
constexpr int kMaxFailures = 16;

/// Zeros at the end of a file that are more than a frame's CRC can end with.
constexpr size_t kMaxFinalZeros = 2;

/// "fLaC" and the header of a STREAMINFO block: among garbage, four letters alone could be chance.
HeaderSight SeeStreamHeader(ByteView bytes) {
  constexpr std::string_view kStart("fLaC\0\0\0\x22", 8);
  if (StartsWith(bytes, kStart)) return HeaderSight::kYes;
  const bool begun = bytes.size() < kStart.size() && StartsWith(AsBytes(kStart), AsText(bytes));
  return begun ? HeaderSight::kNeedMore : HeaderSight::kNo;
}

AudioFormat FormatOf(const FlacStreamInfo& info) {
  AudioFormat format{.codec = Codec::kFlac};
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
    const HeaderSight sight = ParseFlacFrameHeader(data.subspan(at), header_);
    if (sight == HeaderSight::kNo || (sight == HeaderSight::kNeedMore && ended_)) continue;
    if (sight == HeaderSight::kYes && !IsUsable(header_)) continue;
    DropGarbage(at);
    if (sight == HeaderSight::kNeedMore) return false;
    scan_ = header_.header_bytes;
    crc_ = FlacCrc16::Of(queue_.View().first(scan_));
    candidate_ = 0;
    state_ = State::kScan;
    return true;
  }
  DropGarbage(data.size());
  return false;
}

bool FlacFramer::StepScan() {
  switch (FindEnd(queue_.View())) {
    case End::kNeedMore:
      return false;
    case End::kFound:
      failures_ = 0;
      Announce();
      frame_ready_ = true;
      return true;
    case End::kDamaged:
      DropGarbage(scan_);
      state_ = State::kSearch;
      return true;
    case End::kNotFound:
      GiveUp();
      return true;
  }
  return false;
}

/// Whether all is known that a frame with this header leaves to STREAMINFO.
bool FlacFramer::IsUsable(const FlacFrameHeader& header) const {
  return info_.has_value() || (header.rate != 0 && header.bits != 0);
}

/// Whether this is the header of the frame after the one at the front.
bool FlacFramer::IsNext(const FlacFrameHeader& header) const {
  const std::uint64_t step = header_.variable ? header_.block_size : 1;
  return header.variable == header_.variable && header.number == header_.number + step &&
         header.rate == header_.rate && header.channels == header_.channels &&
         header.bits == header_.bits;
}

/// Goes on to where the frame at the front ends, `scan_`.
FlacFramer::End FlacFramer::FindEnd(ByteView data) {
  const size_t limit = header_.MaxFrameBytes(info_ ? info_->bits : 0);
  for (; scan_ <= limit; ++scan_) {
    if (scan_ >= data.size()) return ended_ ? FindLastEnd(data) : End::kNeedMore;
    const std::uint8_t byte = data[scan_];
    if (byte == 0xff || (crc_ == 0 && (byte == 'f' || byte == 'I' || byte == 'T' || byte == 'A'))) {
      if (const auto end = EndsHere(data)) return *end;
    }
    crc_ = FlacCrc16::Step(crc_, byte);
  }
  const End end = FindLastEnd(data.first(scan_));
  return end == End::kFound && scan_ > limit ? End::kNotFound : end;
}

/// What follows from the bytes at `scan_`, a possible header, if anything does.
std::optional<FlacFramer::End> FlacFramer::EndsHere(ByteView data) {
  const ByteView rest = data.subspan(scan_);
  if (rest[0] != 0xff) {
    if (rest.size() < 4 && !ended_) return End::kNeedMore;
    if (StartsWith(rest, "fLaC") || LooksLikeTag(rest)) return End::kFound;
    return std::nullopt;
  }
  FlacFrameHeader next;
  const HeaderSight sight = ParseFlacFrameHeader(rest, next);
  if (sight == HeaderSight::kNeedMore && !ended_) return End::kNeedMore;
  if (sight != HeaderSight::kYes) return std::nullopt;
  if (crc_ == 0) return End::kFound;
  if (IsNext(next)) return End::kDamaged;
  if (candidate_ == 0 && IsUsable(next)) candidate_ = scan_;
  return std::nullopt;
}

/// No other header came, up to the end of the stream or as far as a frame can reach. Zeros after a
/// frame (a disk that lost power) leave its CRC at 0, so they are taken off, except that a CRC may
/// itself end with them.
FlacFramer::End FlacFramer::FindLastEnd(ByteView data) {
  if (crc_ != 0) return End::kNotFound;
  size_t end = data.size();
  while (end > header_.header_bytes && data[end - 1] == 0) --end;
  scan_ = data.size() - end > kMaxFinalZeros ? end : data.size();
  return End::kFound;
}

/// The header at the front was none, or its frame lost its end.
void FlacFramer::GiveUp() {
  const bool restart = candidate_ > 0 && ++failures_ <= kMaxFailures;
  DropGarbage(restart ? candidate_ : std::min(scan_, queue_.Size()));
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
  FlacStreamInfo info = InfoFor(header_);
  AudioFormat format = FormatOf(info);
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
  nominal_block_ = info.min_block == info.max_block ? info.max_block : header_.block_size;
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
  Frame frame{.bytes = queue_.View().first(scan_), .samples = header_.block_size};
  frame.position = header_.variable ? header_.number : header_.number * nominal_block_;
  queue_.Drop(scan_);
  frame_ready_ = false;
  state_ = State::kBoundary;
  return frame;
}

}  // namespace isr
