#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <variant>
#include <vector>

#include "buffer/block_queue.hpp"
#include "format/flac_edge.hpp"
#include "format/frame.hpp"
#include "format/frame_tap.hpp"
#include "format/pcm_layout.hpp"
#include "model/segment.hpp"
#include "model/source_status.hpp"

namespace isr {

/// Audio in a buffer that has one format and no seam: of PCM the frames as they are, of all else
/// the records of RecordFramer.
struct HeldSegment {
  Segment segment;            ///< as it began; its `frames` are those that are held
  std::uint64_t dropped = 0;  ///< frames of it that are held no more
  std::variant<PcmLayout, CodedFormat> coding;
  std::uint64_t begin = 0;  ///< byte of the buffer
  std::uint64_t end = 0;
};

/// The last seconds of a source in memory, for all its runs. PCM stays PCM or becomes FLAC; what
/// comes coded stays so. Thread-safe: one thread adds, and waits for others no longer than it takes
/// to copy a block.
class AudioBuffer final : public std::enable_shared_from_this<AudioBuffer> {
 public:
  struct Options {
    double seconds = 0;    ///< that are held at least, once as many have come
    PcmLayout pcm;         ///< of what comes; its rate is 0 for what comes coded
    bool as_flac = false;  ///< PCM is encoded
    bool operator==(const Options&) const = default;
  };

  /// One run of the source. The one before it is heard no more, should its thread still hang.
  class Run final : public FrameTap {
   public:
    Run(std::shared_ptr<AudioBuffer> buffer, int number)
        : buffer_(std::move(buffer)), number_(number) {}

    /// What follows is of this segment, whose first frame is that of the run. `segment.format` is
    /// not needed for PCM.
    void Begin(const Segment& segment, std::uint64_t first_frame);
    /// Of the run, up to the last one in the buffer; nothing before the first.
    std::optional<std::uint64_t> Frames() const;

    void OnFormat(const CodedFormat& format) override;
    void OnPcmFormat(const PcmLayout& layout) override;
    void OnFile(unsigned /*number*/) override {}
    void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) override;
    void OnPcmFrames(ByteView bytes) override;

   private:
    const std::shared_ptr<AudioBuffer> buffer_;  // shared with the source's other runs
    const int number_;
  };

  /// Keeps the buffer from letting go of what it holds, from its last seconds on. But not for ever:
  /// what goes far beyond three times the buffer's length is let go all the same.
  class Hold {
   public:
    /// `from`: what is before it may go; where a record begins, or nothing: all is kept.
    Hold(std::shared_ptr<AudioBuffer> buffer, std::uint64_t floor,
         std::optional<BlockQueue::Mark> from);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    /// All that is kept by now, oldest first; of the run that goes on, its first so many frames.
    std::vector<HeldSegment> Segments(std::optional<std::uint64_t> run_frames) const;
    /// Up to `count` bytes of the buffer from `offset`, fewer when that is much. Throws Error when
    /// they are not there any more.
    Bytes Read(std::uint64_t offset, std::size_t count) const;
    /// Where audio is missing in the buffer, oldest first.
    std::vector<Gap> Gaps() const;
    /// Whether it is that buffer which is held.
    bool IsOf(const AudioBuffer* buffer) const { return buffer_.get() == buffer; }

   private:
    const std::shared_ptr<AudioBuffer> buffer_;  // shared with its source
    const std::uint64_t floor_;
    const std::optional<BlockQueue::Mark> from_;
  };

  explicit AudioBuffer(const Options& options);

  const Options& Settings() const { return options_; }
  std::shared_ptr<Run> BeginRun();
  std::shared_ptr<const Hold> Keep(double seconds);
  /// Audio is missing there. The oldest of very many are forgotten.
  void NoteGap(const Gap& gap);
  MemoryFill Fill() const;

 private:
  struct Piece {
    HeldSegment held;  ///< its `frames` are all that came
    int run = 0;
    std::uint64_t first_frame = 0;  ///< of the run
    std::int64_t time = 0;          ///< microseconds of audio before it, in all
  };
  /// Announced; what comes next begins it.
  struct Announced {
    Segment segment;
    std::uint64_t first_frame = 0;
  };

  std::int64_t Now() const;
  void BeginPiece();
  void StartRecord();
  void Write(ByteView bytes);
  void AddPcm(ByteView bytes);
  void AddSamples(ByteView pcm);
  void AddFrame(ByteView bytes, std::uint32_t samples);
  void Encode();
  void MakeRoom();
  bool MayDrop() const;
  void TrimFront();

  const Options options_;
  mutable std::mutex mutex_;
  int run_ = 0;                                  // protected by mutex_
  bool run_has_frames_ = false;                  // protected by mutex_
  BlockQueue blocks_;                            // protected by mutex_
  std::deque<Piece> pieces_;                     // protected by mutex_; oldest first
  std::deque<Gap> gaps_;                         // protected by mutex_; oldest first
  std::optional<Announced> next_;                // protected by mutex_
  std::variant<PcmLayout, CodedFormat> coding_;  // protected by mutex_; of what comes
  std::optional<FrameEntry> last_;               // protected by mutex_; of the last record
  std::uint32_t other_bytes_ = 0;                // protected by mutex_; see BlockQueue::Mark
  Bytes head_;                                   // protected by mutex_; of a record
  FlacSamples pending_;                          // protected by mutex_; not encoded yet
  std::multiset<std::uint64_t> floors_;          // protected by mutex_; of the holds
};

}  // namespace isr
