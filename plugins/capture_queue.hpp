#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "desktop/capture.hpp"

namespace isr {

/// Stands between a capture's thread, which never waits, and the thread that passes its audio on.
class CaptureQueue final : public CaptureReceiver {
 public:
  struct Audio {
    std::vector<std::byte> frames;
    std::uint64_t offset = 0;  ///< of its first frame; jumps where frames were let go
  };
  struct Waiting {
    std::string what;  ///< is missing
  };
  struct Gone {
    std::string what;
  };
  struct Unlocked {};
  using Item = std::variant<Audio, Waiting, Gone, Unlocked>;

  explicit CaptureQueue(const CaptureFormat& format);

  // Capture's thread.
  void OnAudio(std::span<const std::byte> frames) override;
  void OnWaiting(const std::string& what) override;
  void OnGone(const std::string& what) override;

  /// Waits for the next item. Unlocked while it is unlocked.
  Item Take();
  /// Any thread.
  void SetUnlocked(bool unlocked);

 private:
  void Push(Item item);

  const std::size_t frame_size_;
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;    // protected by mutex_
  std::size_t bytes_ = 0;     // protected by mutex_; of audio in items_
  std::uint64_t offset_ = 0;  // protected by mutex_; of the next frame
  bool is_unlocked_ = false;  // protected by mutex_
};

}  // namespace isr
