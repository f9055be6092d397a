#include "plugins/capture_queue.hpp"

#include <utility>

namespace isr {
namespace {

/// What is held while nobody takes it.
constexpr std::size_t kMostSeconds = 10;

}  // namespace

CaptureQueue::CaptureQueue(const CaptureFormat& format)
    : frame_size_(format.FrameSize()),
      most_bytes_(kMostSeconds * static_cast<std::size_t>(format.rate) * frame_size_) {}

void CaptureQueue::OnAudio(std::span<const std::byte> frames) {
  std::vector<std::byte> copy(frames.begin(), frames.end());
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t offset = offset_;
    offset_ += copy.size() / frame_size_;
    if (bytes_ + copy.size() > most_bytes_) return;  // lost: the offsets say so
    bytes_ += copy.size();
    items_.emplace_back(Audio{.frames = std::move(copy), .offset = offset});
  }
  changed_.notify_one();
}

void CaptureQueue::OnWaiting(const std::string& what) {
  Push(Waiting{what});
}

void CaptureQueue::OnGone(const std::string& what) {
  Push(Gone{what});
}

void CaptureQueue::Push(Item item) {
  {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
  }
  changed_.notify_one();
}

CaptureQueue::Item CaptureQueue::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_unlocked_ || !items_.empty(); });
  if (is_unlocked_) return Unlocked{};
  Item item = std::move(items_.front());
  items_.pop_front();
  if (const auto* const audio = std::get_if<Audio>(&item)) bytes_ -= audio->frames.size();
  return item;
}

void CaptureQueue::SetUnlocked(bool unlocked) {
  {
    const std::lock_guard lock(mutex_);
    is_unlocked_ = unlocked;
  }
  changed_.notify_all();
}

}  // namespace isr
