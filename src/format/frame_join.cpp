#include "format/frame_join.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "format/cut.hpp"
#include "format/vorbis_setup.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kReadBytes = 262144;

/// What an Opus decoder needs to come to the same as one that heard all before (RFC 7845 section
/// 4.6): 80 ms.
constexpr std::uint64_t kOpusLead = 3840;

bool HasPositions(Codec codec) {
  return codec != Codec::kMpegAudio && codec != Codec::kAdtsAac;
}

bool IsFlac(Codec codec) {
  return codec == Codec::kFlac || codec == Codec::kOggFlac;
}

}  // namespace

void FrameJoin::Begin(Read read, std::unique_ptr<Framer> framer, const Stretch& stretch) {
  read_ = std::move(read);
  stretch_ = stretch;
  framer_ = std::move(framer);
  has_jumped_ = is_done_ = has_format_ = has_frames_ = false;
  at_ = position_ = heard_end_ = end_ = base_ = 0;
}

void FrameJoin::Begin(Read read, Codec codec, const Stretch& stretch) {
  Begin(std::move(read), MakeFramer(codec), stretch);
  if (!stretch_.place || HasPositions(codec)) return;
  at_ = stretch_.place->bytes;
  position_ = stretch_.place->samples;
}

bool FrameJoin::Step(Bytes& out) {
  if (is_done_) return false;
  const Bytes bytes = read_(at_, kReadBytes);
  at_ += bytes.size();
  if (bytes.empty()) {
    framer_->Finish();
  } else {
    framer_->Push(bytes);
  }
  while (!is_done_) {
    const auto item = framer_->Next();
    if (!item) break;
    Take(*item, out);
  }
  is_done_ |= bytes.empty();
  // Where frames tell their positions, what lies between the first ones and the place is left out.
  if (stretch_.place && has_frames_ && at_ < stretch_.place->bytes) {
    at_ = stretch_.place->bytes;
    has_jumped_ = true;
  }
  return true;
}

double FrameJoin::Seconds(std::uint64_t position) const {
  const auto skip = static_cast<std::uint64_t>(pre_skip_);
  return static_cast<double>(position - std::min(position, skip)) / format_.rate;
}

std::uint64_t FrameJoin::PositionAt(double seconds) const {
  return static_cast<std::uint64_t>(std::llround(seconds * format_.rate) + pre_skip_);
}

double FrameJoin::End() const {
  return std::min(stretch_.end, Seconds(std::min(last_, heard_end_)));
}

void FrameJoin::Take(const StreamItem& item, Bytes& out) {
  if (const auto* frame = std::get_if<Frame>(&item)) {
    TakeFrame(*frame, out);
  } else if (const auto* format = std::get_if<NewFormat>(&item)) {
    BeginFormat(format->format, out);
  } else if (const auto* comment = std::get_if<NewComment>(&item)) {
    if (!writer_) comment_ = comment->comment;
  } else if (const auto* lost = std::get_if<LostPages>(&item)) {
    position_ += lost->samples;
  }
}

void FrameJoin::BeginFormat(const CodedFormat& format, Bytes& out) {
  if (has_format_) throw Error("its format changes on the way; it cannot be cut");
  if (format.rate <= 0) throw Error("it does not tell its sample rate");
  has_format_ = true;
  if (writer_ && !SameCoding(format_, format)) {
    writer_.reset();
    lead_.clear();
    edge_.clear();
    out.clear();
    comment_ = {};
    lead_samples_ = samples_ = 0;
    is_restarted_ = true;
  }
  if (!writer_) format_ = format;
  pre_skip_ = format.pre_skip;
  first_ = PositionAt(stretch_.start);
  last_ = PositionAt(stretch_.end);
}

void FrameJoin::TakeFrame(Frame frame, Bytes& out) {
  if (!has_frames_ && writer_) frame.samples = std::max(frame.samples, SamplesAtSeam(frame));
  Place(frame);
  const std::uint64_t begin = position_;
  const std::uint64_t end = position_ += frame.samples;
  const std::uint64_t heard_end = end - std::min(frame.trim, frame.samples);
  if (begin >= last_) {
    is_done_ = true;
    return;
  }
  heard_end_ = heard_end;
  if (heard_end <= first_) {
    KeepLead(frame);
    return;
  }
  if (!writer_) BeginWriter(begin, out);
  if (IsFlac(format_.codec) && !options_.whole_frames) {
    AddFlac(frame, begin, out);
  } else {
    writer_->Add(frame.bytes, frame.samples, out);
    samples_ += frame.samples;
  }
  if (format_.codec == Codec::kVorbis) last_packet_.assign(frame.bytes.begin(), frame.bytes.end());
  end_ = end;
  is_done_ = end >= last_;
}

/// A Vorbis file's first packet gives nothing; behind another file's last one it does (Vorbis I
/// specification, section 4.3.8).
std::uint32_t FrameJoin::SamplesAtSeam(const Frame& frame) const {
  if (format_.codec != Codec::kVorbis || format_.headers.size() < 3) return 0;
  const auto identification = ParseVorbisIdentification(format_.headers[0]);
  const auto modes = ParseVorbisModes(format_.headers[2]);
  if (!identification || !modes) return 0;
  const auto block = [&](ByteView packet) {
    return VorbisBlockSize(packet, identification->blocks, *modes);
  };
  return (block(last_packet_) + block(frame.bytes)) / 4;
}

/// The file's own count matters only where a part was left out.
void FrameJoin::Place(const Frame& frame) {
  if (!has_frames_) {
    base_ = frame.position.value_or(0);
    if (!HasPositions(format_.codec) && frame.samples > 0) {
      position_ = (position_ + frame.samples / 2) / frame.samples * frame.samples;
    }
    has_frames_ = true;
  }
  if (has_jumped_ && frame.position && *frame.position >= base_) {
    position_ = *frame.position - base_;
  }
}

/// Of the frames before the start, those that a decoder must have heard.
void FrameJoin::KeepLead(const Frame& frame) {
  const bool is_opus = format_.codec == Codec::kOpus;
  if (writer_ || (!is_opus && format_.codec != Codec::kVorbis)) return;
  lead_.push_back({{frame.bytes.begin(), frame.bytes.end()}, frame.samples});
  lead_samples_ += frame.samples;
  const std::uint64_t needed = is_opus ? kOpusLead : 0;
  while (lead_.size() > 1 && lead_samples_ - lead_.front().samples >= needed) {
    lead_samples_ -= lead_.front().samples;
    lead_.pop_front();
  }
}

/// The first frame, at `begin`, holds the start.
void FrameJoin::BeginWriter(std::uint64_t begin, Bytes& out) {
  CodedFormat format = format_;
  if (format.codec == Codec::kOpus) {
    format.pre_skip = static_cast<int>(first_ - (begin - lead_samples_));
  }
  writer_ = options_.make_writer(format, comment_);
  if (!format.headers.empty()) info_ = ParseFlacStreamInfo(format.headers.front());
  if (format.codec == Codec::kOggFlac) {
    info_ = FlacStreamInfo{.rate = format.rate, .channels = format.channels, .bits = format.bits};
  }
  for (const LeadFrame& frame : lead_) writer_->Add(frame.bytes, frame.samples, out);
}

/// Frames inside of the stretch stay as they are.
void FrameJoin::AddFlac(const Frame& frame, std::uint64_t begin, Bytes& out) {
  const std::uint64_t from = std::max(begin, first_) - begin;
  const std::uint64_t to = std::min(begin + frame.samples, last_) - begin;
  samples_ += to - from;
  if (edge_.empty() && from == 0 && to == frame.samples && frame.samples >= kMinFlacBlock) {
    writer_->Add(frame.bytes, frame.samples, out);
    return;
  }
  const auto channels = static_cast<std::uint64_t>(info_->channels);
  const FlacSamples samples = DecodeFlacFrame(*info_, frame.bytes);
  if (samples.size() != frame.samples * channels) throw Error("a FLAC frame is damaged");
  edge_.insert(edge_.end(), samples.begin() + static_cast<std::ptrdiff_t>(from * channels),
               samples.begin() + static_cast<std::ptrdiff_t>(to * channels));
  if (edge_.size() >= kMinFlacBlock * channels) FlushEdge(out);
}

void FrameJoin::FlushEdge(Bytes& out) {
  if (edge_.empty()) return;
  for (const EncodedFlacFrame& frame : EncodeFlacFrames(*info_, std::exchange(edge_, {}))) {
    writer_->Add(frame.bytes, frame.samples, out);
  }
}

void FrameJoin::Finish(Bytes& out) {
  if (format_.rate == 0) throw Error("it holds no audio");
  if (!writer_) throw NoSuchTime(Seconds(heard_end_));
  FlushEdge(out);
  const std::uint64_t wanted_end = std::min(last_, heard_end_);
  writer_->Finish(static_cast<std::uint32_t>(end_ - std::min(end_, wanted_end)), out);
}

}  // namespace isr
