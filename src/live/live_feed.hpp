#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "live/live_message.hpp"
#include "media/audio_tap.hpp"
#include "worker/message_socket.hpp"

namespace isr {

/// The way on which audio goes to the isr-live that runs now, shared by all feeds. Thread-safe.
class LiveWay {
 public:
  /// None: there is no isr-live.
  void Connect(MessageSocket socket);
  /// Of the isr-live there is; 0: there is none. Each gets another.
  std::uint32_t Number() const { return number_; }
  /// False: it does not fit, and is lost.
  bool Send(const LiveMessage& message);

 private:
  std::mutex mutex_;
  MessageSocket socket_;  // protected by mutex_
  std::uint32_t last_ = 0;
  std::atomic<std::uint32_t> number_ = 0;
};

/// Gives a source's audio to isr-live, as it comes, while somebody listens. Never waits: what does
/// not fit is lost to those who listen, and to nobody else.
class LiveFeed final : public AudioTap {
 public:
  LiveFeed(std::shared_ptr<LiveWay> way, std::uint32_t stream)
      : way_(std::move(way)), stream_(stream) {}

  std::uint32_t Stream() const { return stream_; }
  /// Any thread.
  void Want(bool is_wanted) { is_wanted_ = is_wanted; }

  bool IsWanted() const override { return is_wanted_; }
  void OnPcm(const GstAudioInfo& info, ByteView bytes) override;
  void OnFormat(const CodedFormat& format) override;
  void OnFile(unsigned /*number*/) override {}
  void OnFrames(ByteView bytes, std::span<const FrameEntry> entries) override;

 private:
  bool SayFormat(LiveKind kind);

  const std::shared_ptr<LiveWay> way_;  // shared with the desk and the other feeds
  const std::uint32_t stream_;
  std::atomic<bool> is_wanted_ = false;
  std::mutex mutex_;    // of runs: one that hangs in a driver may be there still
  GstAudioInfo pcm_{};  // these protected by mutex_
  Bytes format_;
  std::uint32_t told_ = 0;  ///< the isr-live that knows the format
};

}  // namespace isr
