#include "live/live_feed.hpp"

#include <algorithm>
#include <utility>

#include "glib/ref.hpp"
#include "worker/wire.hpp"

namespace isr {
namespace {

/// Of audio in one message; room for what stands before it.
constexpr std::size_t kPart = kMaxMessage / 2;

}  // namespace

void LiveWay::Connect(MessageSocket socket) {
  const std::lock_guard lock(mutex_);
  socket_ = std::move(socket);
  number_ = socket_.IsOpen() ? ++last_ : 0;
}

bool LiveWay::Send(const LiveMessage& message) {
  const Bytes bytes = EncodeLive(message);
  const std::lock_guard lock(mutex_);
  return socket_.IsOpen() && socket_.TrySend(bytes) == MessageSocket::Sent::kYes;
}

/// Before the first audio, and again when isr-live is another one. False: it cannot be said now.
bool LiveFeed::SayFormat(LiveKind kind) {
  const std::uint32_t number = way_->Number();
  if (number == 0) return false;
  if (number == told_) return true;
  if (!way_->Send({.kind = kind, .id = stream_, .payload = format_})) return false;
  told_ = number;
  return true;
}

void LiveFeed::OnPcm(const GstAudioInfo& info, ByteView bytes) {
  const std::lock_guard lock(mutex_);
  if (!gst_audio_info_is_equal(&info, &pcm_)) {
    pcm_ = info;
    const auto caps = Ref<GstCaps>::Adopt(gst_audio_info_to_caps(&info));
    g_autofree char* text = gst_caps_to_string(caps.Get());
    format_.clear();
    AppendText(format_, text);
    told_ = 0;
  }
  if (!SayFormat(LiveKind::kPcmFormat)) return;
  const auto frame = static_cast<std::size_t>(GST_AUDIO_INFO_BPF(&info));
  const std::size_t part = kPart / frame * frame;
  while (!bytes.empty()) {
    const ByteView now = bytes.first(std::min(part, bytes.size()));
    way_->Send({.kind = LiveKind::kPcm, .id = stream_, .payload = now});
    bytes = bytes.subspan(now.size());
  }
}

void LiveFeed::OnFormat(const CodedFormat& format) {
  const std::lock_guard lock(mutex_);
  format_ = EncodeFormat(format);
  pcm_ = {};
  told_ = 0;
}

void LiveFeed::OnFrames(ByteView bytes, std::span<const FrameEntry> entries) {
  const std::lock_guard lock(mutex_);
  if (!IsWanted() || !SayFormat(LiveKind::kCodedFormat)) return;
  while (!entries.empty()) {
    std::size_t count = 0;
    std::size_t size = 0;
    while (count < entries.size() && (count == 0 || size + entries[count].bytes <= kPart)) {
      size += entries[count++].bytes;
    }
    const auto payload = EncodeFrames(entries.first(count), bytes.first(size));
    way_->Send({.kind = LiveKind::kCoded, .id = stream_, .payload = payload});
    entries = entries.subspan(count);
    bytes = bytes.subspan(size);
  }
}

}  // namespace isr
