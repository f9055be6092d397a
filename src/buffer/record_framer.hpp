#pragma once

#include <optional>
#include <utility>

#include "format/byte_queue.hpp"
#include "format/frame.hpp"
#include "format/frame_tap.hpp"

namespace isr {

/// Appends what stands before a frame in a buffer: by how much it differs from the one before, most
/// often a byte. `last` becomes the new one; where it is empty, the frame can be read without those
/// before.
void AppendRecordHead(Bytes& out, const FrameEntry& frame, std::optional<FrameEntry>& last);

/// Gives the frames of such records back.
class RecordFramer final : public Framer {
 public:
  explicit RecordFramer(CodedFormat format) : format_(std::move(format)) {}

  void Push(ByteView bytes) override { queue_.Push(bytes); }
  void Finish() override {}
  std::optional<StreamItem> Next() override;

 private:
  std::optional<CodedFormat> format_;  ///< not told yet
  ByteQueue queue_;
  FrameEntry last_;
};

}  // namespace isr
