#include "level/track_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "level/track_log.hpp"
#include "level/window_grid.hpp"

namespace isr {
namespace {

/// Missing records in a row that seeking looks behind.
constexpr std::uint64_t kMaxMissing = 60;

/// So far beyond any file that offsets would overflow.
constexpr std::uint64_t kMaxSeconds = UINT32_MAX;

/// Records that are read in one go: 24 kB, which stay in the processor's nearest memory.
constexpr std::uint64_t kRecordsAtOnce = 256;

/// As many bytes as there are.
std::size_t ReadAt(const Fd& fd, std::span<std::uint8_t> bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pread(fd.Get(), bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace

TrackFile::TrackFile(Fd fd) : fd_(std::move(fd)) {
  if (!fd_.IsOpen()) return;
  std::vector<std::uint8_t> header(kTrackHeaderSize);
  header.resize(ReadAt(fd_, header, 0));
  kind_ = DecodeTrackPreamble(header);
  if (kind_ != TrackKind::kTrack) return;
  if (auto found = DecodeTrackFacts(header)) {
    facts_ = std::move(found->facts);
    sequence_ = found->sequence;
  }
  events_ = DecodeTrackLog(header, facts_ ? facts_->segment.source : "");
}

std::uint64_t TrackFile::RecordCount() const {
  struct stat info {};
  if (kind_ != TrackKind::kTrack || ::fstat(fd_.Get(), &info) != 0) return 0;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  return size < kTrackHeaderSize ? 0 : (size - kTrackHeaderSize) / kTrackRecordSize;
}

std::optional<TrackRecord> TrackFile::Record(std::uint64_t second) const {
  if (kind_ != TrackKind::kTrack || second > kMaxSeconds) return std::nullopt;
  std::array<std::uint8_t, kTrackRecordSize> bytes{};
  if (ReadAt(fd_, bytes, TrackRecordOffset(second)) < bytes.size()) return std::nullopt;
  return DecodeTrackRecord(second, bytes);
}

std::uint64_t TrackFile::WindowCount() const {
  if (facts_ && !facts_->segment.growing && facts_->segment.frames > 0 &&
      facts_->segment.rate > 0) {
    const auto frames = static_cast<std::uint64_t>(facts_->segment.frames);
    const auto rate = static_cast<std::uint64_t>(facts_->segment.rate);
    if (frames / rate < kMaxSeconds) return WindowsIn(frames, facts_->segment.rate);
  }
  for (std::uint64_t second = std::min(RecordCount(), kMaxSeconds); second > 0; --second) {
    const auto record = Record(second - 1);
    if (!record) continue;
    for (std::size_t i = kWindowsPerSecond; i > 0; --i) {
      if (record->windows[i - 1] != LevelWindow{}) return (second - 1) * kWindowsPerSecond + i;
    }
  }
  return 0;
}

TrackLevels TrackFile::Levels(std::uint64_t first, std::uint64_t count) const {
  TrackLevels levels;
  const std::uint64_t records = std::min(RecordCount(), kMaxSeconds);
  const std::uint64_t all = std::min(WindowCount(), records * kWindowsPerSecond);
  if (first >= all) return levels;
  const std::uint64_t end = first + std::min(count, all - first);
  levels.rms.resize(end - first);
  levels.detection.resize(end - first);
  levels.peak.resize(end - first);

  std::array<std::uint8_t, kRecordsAtOnce * kTrackRecordSize> room;
  std::span<const std::uint8_t> rest;
  std::uint64_t second = first / kWindowsPerSecond;
  for (std::uint64_t window = first; window < end; ++second) {
    if ((second - first / kWindowsPerSecond) % kRecordsAtOnce == 0) {
      const std::uint64_t some = std::min(kRecordsAtOnce, records - second);
      const auto part = std::span(room).first(some * kTrackRecordSize);
      rest = part.first(ReadAt(fd_, part, TrackRecordOffset(second)));
    }
    std::array<LevelWindow, kWindowsPerSecond> windows{};
    DecodeTrackLevels(second, rest, windows);
    rest = rest.subspan(std::min(kTrackRecordSize, rest.size()));
    for (; window < end && window / kWindowsPerSecond == second; ++window) {
      const LevelWindow& level = windows[window % kWindowsPerSecond];
      levels.rms[window - first] = level.rms;
      levels.detection[window - first] = level.detection;
      levels.peak[window - first] = level.peak;
    }
  }
  return levels;
}

std::optional<TrackPosition> TrackFile::SeekByTime(double seconds) const {
  // Not so for NaN either.
  if (kind_ != TrackKind::kTrack || !(seconds >= 0)) return std::nullopt;
  const std::uint64_t count = RecordCount();
  // Record n says what was reached at the end of second n.
  std::uint64_t second = seconds < static_cast<double>(count)
                             ? static_cast<std::uint64_t>(std::floor(seconds))
                             : count;
  for (std::uint64_t missing = 0; missing <= kMaxMissing; ++missing, --second) {
    if (second == 0) return TrackPosition{};
    const auto record = Record(second - 1);
    if (record && record->reached) return record->reached;
  }
  return std::nullopt;
}

TrackPosition TrackFile::LastPosition() const {
  for (std::uint64_t second = RecordCount(); second > 0; --second) {
    const auto record = Record(second - 1);
    if (record && record->reached) return *record->reached;
  }
  return {};
}

}  // namespace isr
