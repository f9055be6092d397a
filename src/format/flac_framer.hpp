#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "format/byte_queue.hpp"
#include "format/flac_frame.hpp"
#include "format/flac_frame_scan.hpp"
#include "format/flac_metadata.hpp"
#include "format/frame.hpp"

namespace isr {

/// Native FLAC (RFC 9639), from its start or joined in the middle.
///
/// A frame does not tell its length: it ends where its CRC-16 comes out right and another frame's
/// header, a new "fLaC", a tag or the end of the stream follows. A frame whose CRC-16 is wrong when
/// the next one's header comes is damaged, and skipped. Joined in the middle, streams that leave
/// rate or sample size to STREAMINFO (no "streamable subset") cannot be read.
class FlacFramer final : public Framer {
 public:
  void Push(ByteView bytes) override { queue_.Push(bytes); }
  void Finish() override { ended_ = true; }
  std::optional<StreamItem> Next() override;

 private:
  enum class State {
    kBoundary,  ///< a header, a tag or a frame may stand at the front
    kMetadata,  ///< a metadata block's header stands at the front
    kSkip,      ///< `skip_left_` bytes at the front are not wanted
    kSearch,    ///< a frame may stand at the front
    kScan,      ///< a frame's header stands at the front, its end is looked for
  };

  bool Step();
  bool StepBoundary();
  bool StepMetadata();
  bool StepSkip();
  bool StepSearch();
  bool StepScan();

  bool KeepBlock(const FlacBlockHeader& block);
  bool IsUsable(const FlacFrameHeader& header) const;
  void GiveUp();
  void DropGarbage(size_t bytes);
  void Skip(std::uint64_t bytes, SkippedKind kind, State next);
  void Announce();
  FlacStreamInfo InfoFor(const FlacFrameHeader& header) const;
  Frame TakeFrame();

  ByteQueue queue_;
  bool ended_ = false;
  State state_ = State::kBoundary;

  std::deque<StreamItem> events_;  ///< to be said before the frame at the front
  bool frame_ready_ = false;       ///< the frame at the front is `scan_.Length()` long
  std::uint64_t garbage_ = 0;      ///< dropped, not yet reported

  std::uint64_t skip_left_ = 0;
  std::uint64_t skip_bytes_ = 0;
  SkippedKind skip_kind_ = SkippedKind::kTag;
  State after_skip_ = State::kBoundary;

  // The stream's header, while it is read and until its first frame.
  std::optional<FlacStreamInfo> info_;
  Bytes info_body_;
  std::optional<Bytes> comment_;
  bool fresh_ = false;  ///< a header was read whose frames have not come yet

  FlacFrameScan scan_;  ///< of the frame at the front, in kScan
  int failures_ = 0;    ///< headers without an end since the last frame

  CodedFormat format_;  ///< announced last
  bool announced_ = false;
  std::uint32_t nominal_block_ = 0;  ///< of a stream whose headers count frames
};

}  // namespace isr
