#include "desktop/stream_mixer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace isr {
namespace {

constexpr int kWaitsPerSecond = 5;  // 200 ms

std::int64_t ReadSample(const std::byte* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= std::to_integer<std::uint32_t>(at[i]) << 8 * i;
  const int unused = 32 - 8 * bytes;
  return static_cast<std::int32_t>(value << unused) >> unused;
}

void WriteSample(std::byte* at, int bytes, std::int64_t sample) {
  for (int i = 0; i < bytes; ++i) at[i] = static_cast<std::byte>(sample >> 8 * i);
}

/// Saturates as every mixer of integers does.
void AddSamples(std::span<const std::byte> from, std::span<std::byte> to, int bytes) {
  const std::int64_t limit = std::int64_t{1} << (8 * bytes - 1);
  for (std::size_t at = 0; at < from.size(); at += static_cast<std::size_t>(bytes)) {
    const std::int64_t sum = ReadSample(&from[at], bytes) + ReadSample(&to[at], bytes);
    WriteSample(&to[at], bytes, std::clamp(sum, -limit, limit - 1));
  }
}

}  // namespace

StreamMixer::StreamMixer(const CaptureFormat& format, Output output)
    : format_(format),
      longest_wait_(static_cast<std::size_t>(format.rate / kWaitsPerSecond) * format.FrameSize()),
      output_(std::move(output)) {}

void StreamMixer::Add(std::uint32_t id, std::span<const std::byte> frames) {
  Stream& stream = streams_[id];
  if (streams_.size() == 1 && stream.waiting.empty()) return output_(frames);
  const std::size_t before = stream.waiting.size();
  stream.waiting.resize(before + frames.size());
  std::copy(frames.begin(), frames.end(), stream.waiting.begin() + static_cast<long>(before));
  EmitWhatAllHave();
}

void StreamMixer::End(std::uint32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  found->second.ended = true;
  EmitWhatAllHave();
}

void StreamMixer::EmitWhatAllHave() {
  std::size_t most = 0;
  std::size_t all_have = std::numeric_limits<std::size_t>::max();
  for (const auto& [id, stream] : streams_) {
    most = std::max(most, stream.waiting.size());
    if (!stream.ended) all_have = std::min(all_have, stream.waiting.size());
  }
  all_have = std::min(all_have, most);
  Emit(std::max(all_have, most - std::min(most, longest_wait_)));
  std::erase_if(streams_, [](const auto& entry) {
    return entry.second.ended && entry.second.waiting.empty();
  });
}

void StreamMixer::Emit(std::size_t size) {
  if (size == 0) return;
  mixed_.assign(size, std::byte{0});
  for (auto& [id, stream] : streams_) {
    const std::size_t has = std::min(size, stream.waiting.size());
    AddSamples(std::span(stream.waiting).first(has), mixed_, format_.bits / 8);
    stream.waiting.erase(stream.waiting.begin(), stream.waiting.begin() + static_cast<long>(has));
  }
  output_(mixed_);
}

}  // namespace isr
