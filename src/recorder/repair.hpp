#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/task_thread.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/roots.hpp"

namespace isr {

/// Makes the files valid that an earlier run left unfinished, then brings the catalogue in line
/// with the files. On a thread of its own, after recording has begun: it holds up nobody. It never
/// deletes audio.
///
/// Unfinished is a file whose track has no end and is written by nobody (tracks are locked while
/// they are). Its track gets an end, with cause `crash`. One without a byte of audio is removed;
/// then the file that it followed on was the last, and that is where the crash cut the recording.
class Repairer {
 public:
  using Visitor = std::function<void(const Segment&)>;

  /// `left`: called on its thread, when all is repaired, with each recording of which the run
  /// before may have left levels to be made: the repaired ones, and the last few of each source.
  /// `scanned`: called on its thread when the catalogue is about to be in line with the files.
  /// `roots` and `catalogue` outlive it.
  Repairer(const Roots& roots, Catalogue& catalogue, Visitor left,
           std::function<void()> scanned = {});
  /// Ends with the file that it is at.
  ~Repairer();

  /// Again, too, when there are new roots.
  void Start();

 private:
  void RepairAll();
  void RepairRoot(const Root& root);
  void Repair(const std::string& name);
  std::optional<Segment> Finished(const std::string& name) const;
  void NoteFinished(Segment segment);
  void CutBefore(const Segment& empty);
  std::string NameBefore(const Segment& segment) const;

  const Roots& roots_;
  Catalogue& catalogue_;
  const Visitor left_;
  const std::function<void()> scanned_;
  std::vector<Segment> empty_;                        // of the thread; files without audio, removed
  std::vector<Segment> repaired_;                     // of the thread
  std::map<std::string, std::vector<Segment>> last_;  // of the thread; by source, oldest first
  std::atomic<bool> stopping_ = false;
  TaskThread thread_{"isr-repair"};  // last: starts when everything else is there
};

/// Repairs the recording of that root called `name` and ends its track, when it is
/// unfinished, or removes both when there is no audio (a header alone is none). Returns what it is
/// then, without audio of 0 bytes; nothing when it was not unfinished. Waits for the disk. Throws
/// Error.
std::optional<Segment> RepairRecording(const Root& root, const std::string& name);

}  // namespace isr
