#include "recorder/level_filler.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/error.hpp"
#include "glib/log.hpp"
#include "level/track_file.hpp"
#include "worker/measured_track.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "recorder";

/// For what is still on its way from the worker that listens along.
constexpr std::chrono::seconds kGrace{15};

/// That a decoder gets to make any progress.
constexpr std::chrono::seconds kPatience{30};

/// Windows. A file that ends within its first may hold a single frame, and decoders of MP3 and
/// Vorbis make nothing of one that no other follows.
constexpr std::uint64_t kTooShortToDecode = 1;

}  // namespace

LevelFiller::LevelFiller(const Roots& roots) : roots_(roots) {}

LevelFiller::~LevelFiller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

void LevelFiller::Later(const Segment& segment) {
  Post(segment, std::chrono::steady_clock::now() + kGrace);
}

void LevelFiller::Soon(const Segment& segment) {
  Post(segment, std::chrono::steady_clock::now());
}

/// What is wrong is said once, until a file of the source is right again.
void LevelFiller::Post(const Segment& segment, std::chrono::steady_clock::time_point due) {
  thread_.Post([this, due, name = segment.name, source = segment.source] {
    if (!WaitUntil(due)) return;
    try {
      Fill(name);
      in_trouble_.erase(source);
    } catch (const Error& error) {
      const bool is_new = in_trouble_.insert(source).second;
      WriteLog(is_new ? LogLevel::kWarning : LogLevel::kDebug, kDomain,
               fmt::format("{} stays without some of its levels ({})", name, Describe(error)));
    }
  });
}

/// False: the end comes first.
bool LevelFiller::WaitUntil(std::chrono::steady_clock::time_point due) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_until(lock, due, [this] { return stopping_.load(); });
}

void LevelFiller::Fill(const std::string& name) {
  const Root root = roots_.ForName(name);
  const std::string path = root.TrackPathOf(name);
  // Tracks are locked while they are written.
  const Fd lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock.IsOpen() || ::flock(lock.Get(), LOCK_EX | LOCK_NB) != 0) return;
  const TrackFile track(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
  if (!LacksLevels(track)) return;
  const Fd audio(::open(root.PathOf(name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!audio.IsOpen()) return;  // deleted meanwhile
  const FileLevels levels = MeasureIntoTrack(audio, path, kPatience, stopping_, OldLevels::kStay);
  if (stopping_) return;
  if (!levels.trouble.empty() && track.WindowCount() <= kTooShortToDecode) {
    LogDebug(kDomain, "{}: too short to be decoded ({})", name, levels.trouble);
    return;
  }
  if (!levels.trouble.empty()) throw Error(levels.trouble);
  LogDebug(kDomain, "{}: levels that were missed were made from the file", name);
}

}  // namespace isr
