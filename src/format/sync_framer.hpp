#pragma once

#include <cstdint>
#include <optional>

#include "format/byte_queue.hpp"
#include "format/frame.hpp"
#include "format/sync_code.hpp"

namespace isr {

/// Frames of a `SyncCode`: MPEG audio or ADTS.
///
/// A frame comes out when the header after it is seen, or else when no frame begins inside of it: a
/// frame that lost its end does not take the start of the next one with it. After garbage two
/// headers in a row must fit the known stream, three a new one.
class SyncFramer final : public Framer {
 public:
  /// `code` must outlive the framer.
  explicit SyncFramer(const SyncCode& code) : code_(code) {}

  void Push(ByteView bytes) override { queue_.Push(bytes); }
  void Finish() override { ended_ = true; }
  std::optional<StreamItem> Next() override;

 private:
  enum class Sight {
    kNeedMore,
    kFrame,      ///< a whole frame at the front, the stream goes on after it
    kLastFrame,  ///< a whole frame at the front, something else after it
    kDamaged,    ///< the frame at the front is broken by another that begins inside of it
    kTag,
    kLost,  ///< no frame of this stream at the front
  };

  Sight Look();
  Sight LookBehind(ByteView data, const SyncHeader& header);
  std::optional<Sight> LookInside(ByteView data, size_t frame_bytes);
  bool SkipTag();
  bool Search();
  void DropGarbage(size_t bytes);
  std::optional<StreamItem> TakeGarbage();
  std::optional<StreamItem> TakeTag();
  std::optional<StreamItem> TakeFrame();

  const SyncCode& code_;
  ByteQueue queue_;
  bool ended_ = false;
  bool synced_ = false;          ///< a confirmed frame of `identity_` begins at the front
  bool at_boundary_ = true;      ///< the front is where a frame or a tag ended
  std::uint32_t identity_ = 0;   ///< of the current stream; 0 before the first
  std::uint32_t announced_ = 0;  ///< the identity that the last NewFormat was for
  size_t inside_ = 0;            ///< in the frame at the front no frame begins before this
  std::uint64_t tag_left_ = 0;   ///< of the tag at the front, still to be dropped
  std::uint64_t tag_bytes_ = 0;
  std::uint64_t garbage_ = 0;  ///< dropped, not yet reported
};

}  // namespace isr
