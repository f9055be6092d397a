#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "desktop/capture.hpp"

namespace isr {

/// Adds up the streams of one application, which come in pieces of their own. One stream alone
/// passes as it is.
///
/// What goes out is what all streams have; nobody waits long for one that has stopped (a paused
/// player): it counts as silence from then on. Pure.
class StreamMixer {
 public:
  using Output = std::function<void(std::span<const std::byte> frames)>;

  StreamMixer(const CaptureFormat& format, Output output);

  /// Frames of the stream `id`, a new one or one that goes on.
  void Add(std::uint32_t id, std::span<const std::byte> frames);
  /// No more comes of it; what it left is mixed in.
  void End(std::uint32_t id);

 private:
  struct Stream {
    std::vector<std::byte> waiting;
    bool ended = false;
  };

  void Emit(std::size_t size);
  void EmitWhatAllHave();

  const CaptureFormat format_;
  const std::size_t longest_wait_;  ///< bytes that one stream may be behind another
  const Output output_;
  std::map<std::uint32_t, Stream> streams_;
  std::vector<std::byte> mixed_;
};

}  // namespace isr
