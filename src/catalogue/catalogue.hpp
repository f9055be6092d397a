#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "base/task_thread.hpp"
#include "catalogue/roots.hpp"
#include "catalogue/scan.hpp"
#include "model/event.hpp"
#include "model/mark.hpp"
#include "model/observer.hpp"
#include "model/segment.hpp"
#include "sqlite/database.hpp"

namespace isr {

/// What is known of all recordings, in SQLite, written by a thread of its own: a commit may wait
/// for the disk for seconds, and no caller does.
///
/// The writing calls return at once and are applied in order; those that wait together become one
/// transaction. When the disk refuses (full), they are kept and tried again with the next one.
/// A database that turns out damaged is set aside and a new one begun from the files there are.
/// Thread-safe. Readers use CatalogueReader. Destruction applies what is still queued.
class Catalogue {
 public:
  /// Opens `<state_directory>/catalogue.db`, makes both when missing. A damaged database, or one of
  /// a newer version, is renamed to `catalogue.db.damaged-<n>` and a new one begun. Waits for the
  /// disk. Throws Error when there can be no database at all.
  /// `roots` and `observer` outlive it; that is told of recordings and sections once readers find
  /// them, on the catalogue's thread, and need not be there.
  Catalogue(const std::string& state_directory, const Roots& roots, Observer* observer = nullptr);
  ~Catalogue();

  /// A file is being written from now on. Its row may be there already (from a scan).
  void SegmentBegan(Segment segment);
  void SegmentGrew(std::string name, std::int64_t frames, std::int64_t bytes);
  /// The file is closed; all that is known of it.
  void SegmentEnded(Segment segment);
  /// How long a file is that somebody copied here.
  void ForeignMeasured(std::string name, int rate, std::int64_t frames);
  /// Changes what is said of a recording: `edit` gets what is said now, and what it throws leaves
  /// everything as it was. When it returns the change is on the disk, and readers know of it but
  /// where the catalogue's disk refuses. One after the other; waits. False: there is no such
  /// recording. Throws Error.
  bool EditMarks(const std::string& name, const std::function<void(FileMarks&)>& edit);
  /// Its file is gone. Returns when readers know, or after some seconds of a disk that refuses.
  void SegmentRemoved(std::string name);
  void GapFound(Gap gap);
  /// The recording called `name` plays that. One that is known for the same time is replaced.
  void TitleFound(std::string name, Title title);

  void EventFound(SoundEvent event);

  /// Brings the rows in line with the files and tracks of all roots (see scan.hpp). A segment that
  /// this run has begun and not ended is left alone. Tracks without a recording are removed. Of a
  /// root that looks as if its disk were not mounted nothing is deleted.
  void Scan();
  /// False: what was asked before is not all done within that time.
  bool WaitUntilDone(std::chrono::milliseconds patience);

  /// For CatalogueReader.
  const std::string& DatabasePath() const { return path_; }

 private:
  struct Growth {
    std::string name;
    std::int64_t frames;
    std::int64_t bytes;
  };
  struct Extent {
    std::string name;
    int rate;
    std::int64_t frames;
  };
  struct MarksOf {
    std::string name;
    FileMarks marks;
  };
  struct Removed {
    std::string name;
  };
  struct HeardTitle {
    std::string segment;
    Title title;
  };
  using Change =
      std::variant<Segment, Growth, Gap, HeardTitle, SoundEvent, Extent, MarksOf, Removed>;

  void Queue(Change change);
  void Drain();  // catalogue thread, like all below
  void Apply(const std::deque<Change>& changes);
  void KeepForLater(std::deque<Change> changes, const std::string& reason);
  void Remember(const Change& change);
  std::vector<FileNews> NewsOf(const std::deque<Change>& changes);
  void Tell(std::vector<FileNews> news);
  void RunScan();
  void TakeMarks(const std::vector<Root>& roots);
  FoundFiles FindAll(const std::vector<Root>& roots, const std::vector<Segment>& rows);
  void SpareUnmounted(const Root& root, const FoundFiles& found, const std::vector<Segment>& rows,
                      ScanResult& result);
  void Rebuild(const std::string& reason);
  Database& Connection();

  const std::string path_;
  const Roots& roots_;
  Observer* const observer_;  // may be none

  std::mutex marks_mutex_;  // held while a file of marks is read and written

  std::mutex mutex_;
  std::deque<Change> pending_;    // protected by mutex_
  bool drain_is_posted_ = false;  // protected by mutex_

  // Of the catalogue thread, once that runs:
  std::unique_ptr<Database> database_;      // none after a damaged one until it is needed
  std::map<std::string, Segment> growing_;  // begun in this run and not ended
  bool in_trouble_ = false;                 // changes wait for the disk, and the log says so
  bool rebuilt_ = false;

  TaskThread thread_;  // last: starts when everything else is there
};

}  // namespace isr
