#include "format/ogg_framer.hpp"

#include <algorithm>

namespace isr {
namespace {

/// More of a packet is not kept. Only a comment with a picture can be as long.
constexpr size_t kMaxPacket = 1u << 20;

/// Page numbers that go on further ahead than this have begun anew.
constexpr std::uint32_t kMaxLost = 1u << 31;

}  // namespace

std::optional<StreamItem> OggFramer::Next() {
  for (;;) {
    if (!events_.empty()) {
      StreamItem item = std::move(events_.front());
      events_.pop_front();
      return item;
    }
    if (next_packet_ < packets_.size()) return TakeFrame();
    const auto page = reader_.Next();
    if (!page && !ended_) return std::nullopt;
    if (const std::uint64_t garbage = reader_.TakeGarbage()) {
      events_.push_back(Skipped{garbage, SkippedKind::kGarbage});
    }
    if (page) TakePage(*page);
    if (!page && events_.empty()) return std::nullopt;
  }
}

void OggFramer::TakePage(const OggPage& page) {
  packets_.clear();
  next_packet_ = 0;
  if (!IsOurs(page)) {
    events_.push_back(Skipped{page.bytes.size(), SkippedKind::kMetadata});
    return;
  }
  CheckSequence(page);
  page_.assign(page.body.begin(), page.body.end());
  TakePackets(page);
  PlacePackets(page);
  if (!packets_.empty() && !announced_) Announce();
}

/// Whether the page is of the stream that we follow, after a look at whether a new one begins.
bool OggFramer::IsOurs(const OggPage& page) {
  if (page.first) {
    const bool beside = beginning_ && mapping_ && page.serial != serial_;
    if (!beside) Begin(page);
  } else if (page.serial == serial_) {
    beginning_ = false;
  }
  return mapping_ && page.serial == serial_;
}

/// A first page: follows its stream when it is one of ours.
void OggFramer::Begin(const OggPage& page) {
  // Its one packet is the whole body (RFC 3533 section 4).
  auto mapping = OggMapping::Begin(page.body);
  if (!mapping) return;
  mapping_ = std::move(mapping);
  serial_ = page.serial;
  sequence_ = page.sequence;
  beginning_ = true;
  announced_ = false;
  in_packet_ = false;
  granule_.reset();
  lost_.reset();
}

void OggFramer::CheckSequence(const OggPage& page) {
  const std::uint32_t jump = page.sequence - sequence_;
  sequence_ = page.sequence + 1;
  if (jump == 0) return;
  lost_ = jump < kMaxLost ? jump : 0;
  in_packet_ = false;
  mapping_->Forget();
}

/// Cuts the page into packets: headers are kept, audio goes to `packets_`.
void OggFramer::TakePackets(const OggPage& page) {
  if (page.first) return;  // in Begin
  bool lost_start = page.continued && !in_packet_;
  if (!page.continued) in_packet_ = false;
  ByteView rest = page_;
  size_t length = 0;
  for (size_t i = 0; i < page.lacing.size(); ++i) {
    length += page.lacing[i];
    const bool ends = page.lacing[i] < 255;
    if (!ends && i + 1 < page.lacing.size()) continue;
    const ByteView piece = rest.first(length);
    rest = rest.subspan(length);
    length = 0;
    if (lost_start) {
      lost_start = !ends;
      continue;
    }
    if (!in_packet_ && ends) {
      TakePacket(piece);
      continue;
    }
    if (!in_packet_) partial_.clear();
    in_packet_ = !ends;
    AppendBytes(partial_, piece.first(std::min(piece.size(), kMaxPacket - partial_.size())));
    if (!ends) continue;
    std::swap(joined_, partial_);
    TakePacket(joined_);
  }
}

void OggFramer::TakePacket(ByteView packet) {
  if (!mapping_) return;
  if (!announced_ && packets_.empty() && mapping_->IsHeader(packet)) {
    if (!mapping_->AddHeader(packet)) mapping_.reset();
    return;
  }
  const auto samples = mapping_->IsComplete() ? mapping_->TakeSamples(packet) : std::nullopt;
  if (samples) {
    packets_.push_back({packet, *samples});
  } else if (!packet.empty()) {
    events_.push_back(Skipped{packet.size(), SkippedKind::kGarbage});
  }
}

/// Finds the place of the page's packets from its granule position: what is missing before them,
/// and at the end of a stream what is too much (RFC 7845 section 4.4, Vorbis I appendix A.2).
void OggFramer::PlacePackets(const OggPage& page) {
  std::uint64_t samples = 0;
  for (const Packet& packet : packets_) samples += packet.samples;
  const auto end = static_cast<std::uint64_t>(page.granule);
  const bool counted = page.granule >= 0 && !packets_.empty();
  // The first page of a stream may begin anywhere: we need not have come at its start.
  std::uint64_t start = granule_.value_or(0);
  if (!granule_ && counted && !page.last) start = end >= samples ? end - samples : 0;
  if (counted && page.last && end < start + samples) Trim(start + samples - std::max(end, start));
  std::uint64_t missing = 0;
  if (granule_ && counted && end > start + samples) {
    missing = end - start - samples;
    start += missing;
  }
  if ((lost_ && !packets_.empty()) || missing > 0) {
    events_.push_back(LostPages{lost_.value_or(0), missing});
    lost_.reset();
  }
  position_.reset();
  if (granule_ || counted) position_ = start;
  if (counted) {
    granule_ = end;
  } else if (granule_) {
    *granule_ += samples;
  }
}

/// Takes so many samples off the end of the page's packets.
void OggFramer::Trim(std::uint64_t samples) {
  for (auto packet = packets_.rbegin(); packet != packets_.rend(); ++packet) {
    packet->trim = static_cast<std::uint32_t>(std::min<std::uint64_t>(samples, packet->samples));
    samples -= packet->trim;
  }
}

/// Says what is new with the stream's first audio.
void OggFramer::Announce() {
  const CodedFormat& format = mapping_->Format();
  if (any_announced_ && SameCoding(format, format_)) {
    events_.push_back(NewChain{format});
  } else {
    events_.push_back(NewFormat{format});
  }
  if (mapping_->Comment()) events_.push_back(NewComment{*mapping_->Comment()});
  format_ = format;
  any_announced_ = announced_ = true;
}

Frame OggFramer::TakeFrame() {
  const Packet& packet = packets_[next_packet_++];
  Frame frame{.bytes = packet.bytes, .samples = packet.samples, .trim = packet.trim};
  frame.position = position_;
  if (position_) *position_ += packet.samples;
  return frame;
}

}  // namespace isr
