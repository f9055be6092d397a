#include "format/cut_frames.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "format/cut_writer.hpp"
#include "format/flac_edge.hpp"

namespace isr {
namespace {

constexpr std::uint64_t kReadBytes = 262144;

/// What an Opus decoder needs to come to the same as one that heard all before (RFC 7845 section
/// 4.6): 80 ms.
constexpr std::uint64_t kOpusLead = 3840;

bool HasPositions(Codec codec) {
  return codec != Codec::kMpegAudio && codec != Codec::kAdtsAac;
}

/// Goes once through a file, from the front, and gives out the frames of a stretch.
class FrameCutter {
 public:
  FrameCutter(const FileBytes& file, Codec codec, const CutRequest& request)
      : file_(file), request_(request), place_(request.place), framer_(MakeFramer(codec)) {
    if (!place_ || HasPositions(codec)) return;
    at_ = place_->bytes;
    position_ = place_->samples;
  }

  /// Appends the next bytes to `out`. False at the end.
  bool Step(Bytes& out) {
    if (is_done_) return false;
    const Bytes bytes = file_.Read(at_, kReadBytes);
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
    if (is_done_) Finish(out);
    // Where frames tell their positions, what lies between the first ones and the place is left
    // out.
    if (place_ && has_frames_ && at_ < place_->bytes) {
      at_ = place_->bytes;
      has_jumped_ = true;
    }
    return true;
  }

  /// At the end.
  Bytes Header() const { return writer_->Header(); }
  double End() const { return std::min(request_.end, Seconds(std::min(last_, heard_end_))); }

 private:
  struct LeadFrame {
    Bytes bytes;
    std::uint32_t samples = 0;
  };

  double Seconds(std::uint64_t position) const {
    const auto skip = static_cast<std::uint64_t>(format_.pre_skip);
    return static_cast<double>(position - std::min(position, skip)) / format_.rate;
  }

  std::uint64_t PositionAt(double seconds) const {
    return static_cast<std::uint64_t>(std::llround(seconds * format_.rate) + format_.pre_skip);
  }

  void Take(const StreamItem& item, Bytes& out) {
    if (const auto* frame = std::get_if<Frame>(&item)) {
      TakeFrame(*frame, out);
    } else if (const auto* format = std::get_if<NewFormat>(&item)) {
      Begin(format->format);
    } else if (const auto* comment = std::get_if<NewComment>(&item)) {
      if (!writer_) comment_ = comment->comment;
    } else if (const auto* lost = std::get_if<LostPages>(&item)) {
      position_ += lost->samples;
    }
  }

  void Begin(const CodedFormat& format) {
    if (format_.rate > 0) throw Error("its format changes on the way; it cannot be cut");
    if (format.rate <= 0) throw Error("it does not tell its sample rate");
    format_ = format;
    first_ = PositionAt(request_.start);
    last_ = PositionAt(request_.end);
  }

  void TakeFrame(const Frame& frame, Bytes& out) {
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
    if (format_.codec == Codec::kFlac || format_.codec == Codec::kOggFlac) {
      AddFlac(frame, begin, out);
    } else {
      writer_->Add(frame.bytes, frame.samples, out);
    }
    end_ = end;
    is_done_ = end >= last_;
  }

  /// The file's own count matters only where a part was left out.
  void Place(const Frame& frame) {
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
  void KeepLead(const Frame& frame) {
    const bool is_opus = format_.codec == Codec::kOpus;
    if (!is_opus && format_.codec != Codec::kVorbis) return;
    lead_.push_back({{frame.bytes.begin(), frame.bytes.end()}, frame.samples});
    lead_samples_ += frame.samples;
    const std::uint64_t needed = is_opus ? kOpusLead : 0;
    while (lead_.size() > 1 && lead_samples_ - lead_.front().samples >= needed) {
      lead_samples_ -= lead_.front().samples;
      lead_.pop_front();
    }
  }

  /// The first frame, at `begin`, holds the start.
  void BeginWriter(std::uint64_t begin, Bytes& out) {
    CodedFormat format = format_;
    if (format.codec == Codec::kOpus) {
      format.pre_skip = static_cast<int>(first_ - (begin - lead_samples_));
    }
    writer_ = MakeCutWriter(format, comment_);
    if (!format.headers.empty()) info_ = ParseFlacStreamInfo(format.headers.front());
    if (format.codec == Codec::kOggFlac) {
      info_ = FlacStreamInfo{.rate = format.rate, .channels = format.channels, .bits = format.bits};
    }
    for (const LeadFrame& frame : lead_) writer_->Add(frame.bytes, frame.samples, out);
  }

  /// Frames inside of the stretch stay as they are.
  void AddFlac(const Frame& frame, std::uint64_t begin, Bytes& out) {
    const std::uint64_t from = std::max(begin, first_) - begin;
    const std::uint64_t to = std::min(begin + frame.samples, last_) - begin;
    if (edge_.empty() && from == 0 && to == frame.samples) {
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

  void FlushEdge(Bytes& out) {
    if (edge_.empty()) return;
    for (const EncodedFlacFrame& frame : EncodeFlacFrames(*info_, std::exchange(edge_, {}))) {
      writer_->Add(frame.bytes, frame.samples, out);
    }
  }

  void Finish(Bytes& out) {
    if (format_.rate == 0) throw Error("it holds no audio");
    if (!writer_) throw NoSuchTime(Seconds(heard_end_));
    FlushEdge(out);
    const std::uint64_t wanted_end = std::min(last_, heard_end_);
    writer_->Finish(static_cast<std::uint32_t>(end_ - std::min(end_, wanted_end)), out);
  }

  const FileBytes& file_;
  const CutRequest request_;
  const std::optional<FilePlace> place_;
  const std::unique_ptr<Framer> framer_;
  std::uint64_t at_ = 0;  ///< offset of what is read next
  bool has_jumped_ = false;
  bool is_done_ = false;

  CodedFormat format_;  ///< its rate is 0 before the first frame
  VorbisComment comment_;
  std::optional<FlacStreamInfo> info_;  ///< of FLAC
  // In samples from the file's first one on, an Opus file's pre-skip counted.
  std::uint64_t first_ = 0, last_ = 0;  ///< of the stretch
  std::uint64_t position_ = 0;          ///< of the next frame
  std::uint64_t heard_end_ = 0;         ///< behind the last frame
  std::uint64_t end_ = 0;               ///< the same, with what an Ogg stream cuts off
  std::uint64_t base_ = 0;              ///< what the file's own count says of its first frame
  bool has_frames_ = false;

  std::deque<LeadFrame> lead_;
  std::uint64_t lead_samples_ = 0;
  FlacSamples edge_;                   ///< of a frame at one end, not yet encoded
  std::unique_ptr<CutWriter> writer_;  ///< from the first frame of the stretch on
};

/// The header, and how many bytes follow, are known only when all was seen.
class FrameCut final : public Cut {
 public:
  FrameCut(const FileBytes& file, Codec codec, const CutRequest& request,
           const std::function<void()>& progress)
      : file_(file), cutter_(file_, codec, request) {
    FrameCutter counter(file_, codec, request);
    Bytes out;
    while (counter.Step(out)) {
      size_ += out.size();
      out.clear();
      progress();
    }
    header_ = counter.Header();
    size_ += header_.size();
    end_ = counter.End();
  }

  std::uint64_t Size() const override { return size_; }
  double End() const override { return end_; }

  bool Read(Bytes& out) override {
    AppendBytes(out, std::exchange(header_, {}));
    return cutter_.Step(out);
  }

 private:
  const FileBytes file_;
  FrameCutter cutter_;
  Bytes header_;
  std::uint64_t size_ = 0;
  double end_ = 0;
};

}  // namespace

std::unique_ptr<Cut> MakeFrameCut(const FileBytes& file, Codec codec, const CutRequest& request,
                                  const std::function<void()>& progress) {
  return std::make_unique<FrameCut>(file, codec, request, progress);
}

}  // namespace isr
