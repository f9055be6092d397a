#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "format/cut_writer.hpp"
#include "format/flac_edge.hpp"
#include "format/frame.hpp"
#include "format/repair.hpp"

namespace isr {

/// Takes stretches of files of coded audio, one file after the other, and makes one stream of them:
/// the frames as they are, but for those of FLAC at the ends of a stretch, which are encoded anew.
/// What it throws is Error.
class FrameJoin {
 public:
  /// Gives up to so many bytes of a file from an offset on; none at its end.
  using Read = std::function<Bytes(std::uint64_t offset, size_t count)>;
  using MakeWriter =
      std::function<std::unique_ptr<CutWriter>(const CodedFormat&, const VorbisComment&)>;

  struct Options {
    MakeWriter make_writer = MakeCutWriter;
    bool whole_frames = false;  ///< of FLAC as well: nothing is decoded
  };
  struct Stretch {
    double start = 0;                ///< seconds from the file's begin
    double end = 0;                  ///< may lie behind the file's
    std::optional<FilePlace> place;  ///< see CutRequest
  };

  FrameJoin() : FrameJoin(Options{}) {}
  explicit FrameJoin(Options options) : options_(std::move(options)) {}

  /// The next file.
  void Begin(Read read, Codec codec, const Stretch& stretch);
  /// The same of one that holds what `framer` takes.
  void Begin(Read read, std::unique_ptr<Framer> framer, const Stretch& stretch);
  /// Appends the file's next bytes to `out`. False at the end of the file, or of its stretch.
  bool Step(Bytes& out);
  /// There are no more files. Throws NoSuchTime when there was nothing in the last one's stretch,
  /// nor in one before.
  void Finish(Bytes& out);

  /// A file of another coding came: what was appended before does not belong to it, and is no more.
  /// Once.
  bool TakeRestart() { return std::exchange(is_restarted_, false); }
  /// Anything was appended.
  bool HasBegun() const { return writer_ != nullptr; }
  /// What stands before all that was appended: its length is known from the first frame on, what
  /// it says after Finish.
  Bytes Header() const { return writer_->Header(); }
  /// Of the stretch in the last file, as wanted, or where that ends; seconds from its begin.
  double End() const;
  /// Samples that were taken over all files; those of whole frames.
  std::uint64_t Samples() const { return samples_; }
  int Rate() const { return format_.rate; }

 private:
  struct LeadFrame {
    Bytes bytes;
    std::uint32_t samples = 0;
  };

  double Seconds(std::uint64_t position) const;
  std::uint64_t PositionAt(double seconds) const;
  void Take(const StreamItem& item, Bytes& out);
  void BeginFormat(const CodedFormat& format, Bytes& out);
  void TakeFrame(Frame frame, Bytes& out);
  void Place(const Frame& frame);
  std::uint32_t SamplesAtSeam(const Frame& frame) const;
  void KeepLead(const Frame& frame);
  void BeginWriter(std::uint64_t begin, Bytes& out);
  void AddFlac(const Frame& frame, std::uint64_t begin, Bytes& out);
  void FlushEdge(Bytes& out);

  const Options options_{};

  // Of the file:
  Read read_;
  Stretch stretch_;
  std::unique_ptr<Framer> framer_;
  std::uint64_t at_ = 0;  ///< offset of what is read next
  bool has_jumped_ = false;
  bool is_done_ = true;
  bool has_format_ = false;
  bool has_frames_ = false;
  int pre_skip_ = 0;
  // In samples from the file's first one on, an Opus file's pre-skip counted.
  std::uint64_t first_ = 0, last_ = 0;  ///< of the stretch
  std::uint64_t position_ = 0;          ///< of the next frame
  std::uint64_t heard_end_ = 0;         ///< behind the last frame
  std::uint64_t end_ = 0;               ///< the same, with what an Ogg stream cuts off
  std::uint64_t base_ = 0;              ///< what the file's own count says of its first frame

  // Of all:
  CodedFormat format_;  ///< its rate is 0 before the first frame
  VorbisComment comment_;
  std::optional<FlacStreamInfo> info_;  ///< of FLAC
  std::deque<LeadFrame> lead_;
  std::uint64_t lead_samples_ = 0;
  FlacSamples edge_;                   ///< of a frame at one end, not yet encoded
  Bytes last_packet_;                  ///< of Vorbis
  std::unique_ptr<CutWriter> writer_;  ///< from the first frame of the stretch on
  std::uint64_t samples_ = 0;
  bool is_restarted_ = false;
};

}  // namespace isr
