#include "recorder/repair.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "catalogue/reader.hpp"
#include "catalogue/tracks.hpp"
#include "format/repair.hpp"
#include "glib/log.hpp"
#include "level/track_file.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "recorder";

/// Of each source, that were finished last. What the run before left of older ones stays as it is.
constexpr std::size_t kLastFinished = 3;

Fd OpenForRepair(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

std::uint64_t SizeOf(const Fd& fd) {
  struct stat facts {};
  return ::fstat(fd.Get(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

void Sync(const Fd& fd, const std::string& path) {
  if (::fsync(fd.Get()) != 0) throw SystemError("cannot sync '" + path + "'", errno);
}

void WritePiece(const Fd& fd, const TrackPiece& piece, const std::string& path) {
  const ssize_t written =
      ::pwrite(fd.Get(), piece.bytes.data(), piece.bytes.size(), static_cast<off_t>(piece.offset));
  if (written != static_cast<ssize_t>(piece.bytes.size())) {
    throw SystemError("cannot write '" + path + "'", written < 0 ? errno : ENOSPC);
  }
}

/// An unfinished track, or one to be changed, that is ours alone while this lives.
struct LockedTrack {
  LockedTrack(const Root& root, const std::string& name)
      : path(root.TrackPathOf(name)),
        fd(OpenForRepair(path)),
        content(fd.IsOpen() && ::flock(fd.Get(), LOCK_EX | LOCK_NB) == 0
                    ? Fd(::fcntl(fd.Get(), F_DUPFD_CLOEXEC, 0))
                    : Fd()) {}

  /// Nothing where there is no track, or somebody writes it.
  std::optional<TrackFacts> Facts() const {
    return content.Kind() == TrackKind::kTrack ? content.Facts() : std::nullopt;
  }
  void Write(const TrackFacts& facts) const {
    WritePiece(fd, EncodeTrackFacts(facts, content.FactsSequence() + 1), path);
    Sync(fd, path);
  }

  const std::string path;
  const Fd fd;
  const TrackFile content;
};

}  // namespace

std::optional<Segment> RepairRecording(const Root& root, const std::string& name) {
  const LockedTrack track(root, name);
  auto facts = track.Facts();
  if (!facts || !facts->segment.growing) return std::nullopt;
  const std::string audio_path = root.PathOf(name);
  const Fd audio = OpenForRepair(audio_path);
  if (!audio.IsOpen()) return std::nullopt;

  Segment& segment = facts->segment;
  segment.name = name;
  segment.growing = false;
  segment.ended = Cause::kCrash;
  const RepairReport repaired =
      SizeOf(audio) == 0 ? RepairReport{.empty = true} : RepairFile(audio);
  if (repaired.empty) {
    ::unlink(audio_path.c_str());
    ::unlink(track.path.c_str());
    return segment;
  }
  Sync(audio, audio_path);
  segment.bytes = static_cast<std::int64_t>(repaired.bytes);
  segment.frames = static_cast<std::int64_t>(
      repaired.recognised ? repaired.samples : track.content.LastPosition().frames);
  track.Write(*facts);
  return segment;
}

Repairer::Repairer(const Roots& roots, Catalogue& catalogue, Visitor left,
                   std::function<void()> scanned)
    : roots_(roots), catalogue_(catalogue), left_(std::move(left)), scanned_(std::move(scanned)) {}

Repairer::~Repairer() {
  stopping_ = true;
}

void Repairer::Start() {
  thread_.Post([this] {
    RepairAll();
    if (stopping_) return;
    catalogue_.Scan();
    if (scanned_) scanned_();
  });
}

void Repairer::RepairAll() {
  for (const Root& root : roots_.All()) RepairRoot(root);
  std::vector<Segment> left = std::exchange(repaired_, {});
  for (auto& [source, segments] : std::exchange(last_, {})) {
    std::move(segments.begin(), segments.end(), std::back_inserter(left));
  }
  for (const Segment& segment : left) {
    if (!stopping_) left_(segment);
  }
}

void Repairer::RepairRoot(const Root& root) {
  ForEachTrack(root, [this](const std::string& name) {
    try {
      if (auto finished = Finished(name)) {
        NoteFinished(*std::move(finished));
      } else {
        Repair(name);
      }
    } catch (const Error& error) {
      LogWarning(kDomain, "cannot repair {} ({}); it stays as it is until the next start", name,
                 error.what());
    }
    return !stopping_;
  });
  for (const Segment& empty : std::exchange(empty_, {})) {
    try {
      CutBefore(empty);
    } catch (const Error& error) {
      LogWarning(kDomain, "cannot note that a crash cut off {} ({})", empty.source, error.what());
    }
  }
}

void Repairer::Repair(const std::string& name) {
  auto segment = RepairRecording(roots_.ForName(name), name);
  if (!segment) return;
  if (segment->bytes > 0) {
    LogWarning(kDomain, "{} was left unfinished by a crash; it is repaired", name);
    repaired_.push_back(*std::move(segment));
    return;
  }
  LogWarning(kDomain, "{} had no audio yet when a crash came; it is removed", name);
  empty_.push_back(*std::move(segment));
}

/// Where nothing was written, the file before is the one that was cut off.
void Repairer::CutBefore(const Segment& empty) {
  const std::string name = NameBefore(empty);
  if (name.empty()) return;
  const LockedTrack track(roots_.ForName(name), name);
  auto facts = track.Facts();
  if (!facts || facts->segment.growing || facts->segment.ended != empty.began) return;
  facts->segment.name = name;
  facts->segment.ended = Cause::kCrash;
  track.Write(*facts);
  catalogue_.SegmentEnded(facts->segment);
}

/// The source's recording before that one; empty when there is none.
std::string Repairer::NameBefore(const Segment& segment) const {
  const Root root = roots_.ForName(segment.name);
  std::optional<Segment> before;
  ForEachTrack(root, [&](const std::string& name) {
    const auto track = ReadTrack(root, name);
    if (track && track->segment.source == segment.source && track->segment.start < segment.start &&
        (!before || before->start < track->segment.start)) {
      before = track->segment;
    }
    return !stopping_;
  });
  return before ? before->name : "";
}

/// By the catalogue, which is faster asked than a track. One that cannot answer does not know.
std::optional<Segment> Repairer::Finished(const std::string& name) const {
  try {
    auto row = CatalogueReader(catalogue_.DatabasePath()).FindSegment(name);
    if (row && !row->growing && row->ended) return row;
  } catch (const Error&) {
    // Nothing.
  }
  return std::nullopt;
}

void Repairer::NoteFinished(Segment segment) {
  std::vector<Segment>& last = last_[segment.source];
  const auto place =
      std::upper_bound(last.begin(), last.end(), segment,
                       [](const Segment& a, const Segment& b) { return a.start < b.start; });
  last.insert(place, std::move(segment));
  if (last.size() > kLastFinished) last.erase(last.begin());
}

}  // namespace isr
