#include "catalogue/catalogue.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <future>
#include <iterator>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "catalogue/mark_files.hpp"
#include "catalogue/opening.hpp"
#include "catalogue/reader.hpp"
#include "catalogue/rows.hpp"
#include "catalogue/tracks.hpp"
#include "glib/log.hpp"
#include "sqlite/transaction.hpp"

namespace isr {
namespace {

/// Changes kept while the disk takes none; the oldest go first. Hours of a dozen sources.
constexpr size_t kMaxPending = 20000;

/// A disk that takes longer is in trouble; nobody waits for that.
constexpr std::chrono::seconds kPatience{5};

std::string PathIn(const std::string& state_directory) {
  std::error_code error;
  std::filesystem::create_directories(state_directory, error);
  if (error) throw SystemError("cannot make directory '" + state_directory + "'", error.value());
  return state_directory + "/catalogue.db";
}

std::chrono::seconds LocalOffset(UtcTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  localtime_r(&seconds, &local);
  return std::chrono::seconds(local.tm_gmtoff);
}

void WriteScan(Database& database, const ScanResult& result) {
  Transaction transaction(database);
  RowWriter writer(database);
  for (const Segment& segment : result.changed) writer.Write(segment);
  for (const TrackContents& track : result.tracks) {
    for (const Gap& gap : track.gaps) writer.Write(gap);
    for (const Title& title : track.titles) writer.Write(track.segment.name, title);
  }
  for (const std::string& name : result.vanished) writer.Delete(name);
  writer.WriteCrashGaps();
  transaction.Commit();
}

/// `rows`: that there were.
std::vector<FileNews> NewsOfScan(const ScanResult& result, const std::vector<Segment>& rows) {
  std::vector<FileNews> news;
  for (const Segment& segment : result.changed) {
    news.push_back({FileNews::Change::kClosed, segment});
  }
  const std::unordered_set<std::string_view> vanished(result.vanished.begin(),
                                                      result.vanished.end());
  for (const Segment& row : rows) {
    if (vanished.contains(row.name)) news.push_back({FileNews::Change::kRemoved, row});
  }
  return news;
}

}  // namespace

Catalogue::Catalogue(const std::string& state_directory, const Roots& roots, Observer* observer)
    : path_(PathIn(state_directory)),
      roots_(roots),
      observer_(observer),
      database_(OpenCatalogueDatabase(path_)),
      thread_("isr-catalogue") {}

Catalogue::~Catalogue() = default;

void Catalogue::SegmentBegan(Segment segment) {
  segment.growing = true;
  Queue(std::move(segment));
}

void Catalogue::SegmentGrew(std::string name, std::int64_t frames, std::int64_t bytes) {
  Queue(Growth{std::move(name), frames, bytes});
}

void Catalogue::SegmentEnded(Segment segment) {
  segment.growing = false;
  Queue(std::move(segment));
}

void Catalogue::ForeignMeasured(std::string name, int rate, std::int64_t frames) {
  Queue(Extent{std::move(name), rate, frames});
}

bool Catalogue::EditMarks(const std::string& name, const std::function<void(FileMarks&)>& edit) {
  {
    const std::lock_guard lock(marks_mutex_);
    if (!OpenRecording(roots_, name).IsOpen()) return false;
    const Root root = roots_.ForName(name);
    FileMarks marks = ReadMarks(root, name);
    const FileMarks before = marks;
    edit(marks);
    if (marks == before) return true;
    WriteMarks(root, name, marks);
    Queue(MarksOf{name, std::move(marks)});
  }
  WaitUntilDone(kPatience);
  return true;
}

void Catalogue::SegmentRemoved(std::string name) {
  {
    // Whoever was just saying something of it, too.
    const std::lock_guard lock(marks_mutex_);
    RemoveMarks(roots_.ForName(name), name);
  }
  Queue(Removed{std::move(name)});
  WaitUntilDone(kPatience);
}

void Catalogue::GapFound(Gap gap) {
  Queue(std::move(gap));
}

void Catalogue::TitleFound(std::string name, Title title) {
  Queue(HeardTitle{std::move(name), std::move(title)});
}

void Catalogue::EventFound(SoundEvent event) {
  Queue(std::move(event));
}

void Catalogue::Scan() {
  thread_.Post([this] { RunScan(); });
}

bool Catalogue::WaitUntilDone(std::chrono::milliseconds patience) {
  const auto done = std::make_shared<std::promise<void>>();
  thread_.Post([done] { done->set_value(); });
  return done->get_future().wait_for(patience) == std::future_status::ready;
}

void Catalogue::Queue(Change change) {
  const std::lock_guard lock(mutex_);
  pending_.push_back(std::move(change));
  if (std::exchange(drain_is_posted_, true)) return;
  thread_.Post([this] { Drain(); });
}

void Catalogue::Drain() {
  std::deque<Change> changes;
  {
    const std::lock_guard lock(mutex_);
    drain_is_posted_ = false;
    changes.swap(pending_);
  }
  if (changes.empty()) return;
  try {
    for (const Change& change : changes) Remember(change);
    Apply(changes);
    if (std::exchange(in_trouble_, false)) LogInfo("catalogue", "writing again");
  } catch (const DatabaseError& error) {
    KeepForLater(std::move(changes), error.what());
    if (error.IsDamage()) Rebuild(error.what());
  } catch (const Error& error) {
    KeepForLater(std::move(changes), error.what());
  }
}

void Catalogue::Apply(const std::deque<Change>& changes) {
  std::vector<FileNews> news = NewsOf(changes);
  Database& database = Connection();
  Transaction transaction(database);
  RowWriter writer(database);
  bool has_begun = false;
  for (const Change& change : changes) {
    if (const auto* const growth = std::get_if<Growth>(&change)) {
      writer.Grow(growth->name, growth->frames, growth->bytes);
    } else if (const auto* const gap = std::get_if<Gap>(&change)) {
      writer.Write(*gap);
    } else if (const auto* const heard = std::get_if<HeardTitle>(&change)) {
      writer.Write(heard->segment, heard->title);
    } else if (const auto* const event = std::get_if<SoundEvent>(&change)) {
      writer.Write(*event);
    } else if (const auto* const extent = std::get_if<Extent>(&change)) {
      writer.Measure(extent->name, extent->rate, extent->frames);
    } else if (const auto* const marks = std::get_if<MarksOf>(&change)) {
      writer.Write(marks->name, marks->marks);
    } else if (const auto* const removed = std::get_if<Removed>(&change)) {
      writer.Delete(removed->name);
    } else {
      writer.Write(std::get<Segment>(change));
      has_begun = has_begun || std::get<Segment>(change).growing;
    }
  }
  // The file that began may be the end of a gap.
  if (has_begun) writer.WriteCrashGaps();
  transaction.Commit();
  Tell(std::move(news));
  if (observer_ == nullptr) return;
  for (const Change& change : changes) {
    if (const auto* const event = std::get_if<SoundEvent>(&change)) observer_->OnSection(*event);
  }
}

/// Before they are applied: of what is removed it tells what was known.
std::vector<FileNews> Catalogue::NewsOf(const std::deque<Change>& changes) {
  std::vector<FileNews> news;
  if (observer_ == nullptr) return news;
  using enum FileNews::Change;
  for (const Change& change : changes) {
    if (const auto* const segment = std::get_if<Segment>(&change)) {
      news.push_back({segment->growing ? kBegun : kClosed, *segment});
    } else if (const auto* const growth = std::get_if<Growth>(&change)) {
      const auto growing = growing_.find(growth->name);
      if (growing != growing_.end()) news.push_back({kGrown, growing->second});
    } else if (const auto* const marks = std::get_if<MarksOf>(&change)) {
      auto row = CatalogueReader(path_).FindSegment(marks->name);
      if (row.has_value()) news.push_back({kMarked, *std::move(row)});
    } else if (const auto* const removed = std::get_if<Removed>(&change)) {
      auto row = CatalogueReader(path_).FindSegment(removed->name);
      if (row.has_value()) news.push_back({kRemoved, *std::move(row)});
    }
  }
  return news;
}

void Catalogue::Tell(std::vector<FileNews> news) {
  if (observer_ != nullptr && !news.empty()) observer_->OnFiles(std::move(news));
}

/// Keeps `growing_` as the changes leave it.
void Catalogue::Remember(const Change& change) {
  if (const auto* const growth = std::get_if<Growth>(&change)) {
    const auto growing = growing_.find(growth->name);
    if (growing == growing_.end()) return;
    growing->second.frames = growth->frames;
    growing->second.bytes = growth->bytes;
    return;
  }
  const auto* const segment = std::get_if<Segment>(&change);
  if (segment == nullptr) return;
  if (segment->growing) {
    growing_.insert_or_assign(segment->name, *segment);
  } else {
    growing_.erase(segment->name);
  }
}

void Catalogue::KeepForLater(std::deque<Change> changes, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  pending_.insert(pending_.begin(), std::make_move_iterator(changes.begin()),
                  std::make_move_iterator(changes.end()));
  size_t lost = 0;
  for (; pending_.size() > kMaxPending; ++lost) pending_.pop_front();
  if (lost > 0) {
    LogError("catalogue", "the {} oldest changes that could not be written are given up", lost);
  }
  if (std::exchange(in_trouble_, true)) return;
  LogWarning("catalogue", "cannot write ({}); changes are kept and written with the next", reason);
}

/// Of a root that cannot be read nothing is known; only without the general one there is no scan.
FoundFiles Catalogue::FindAll(const std::vector<Root>& roots, const std::vector<Segment>& rows) {
  FoundFiles all;
  for (const Root& root : roots) {
    try {
      FoundFiles found = FindAudioFiles(root);
      // What lies in a folder "@garden" is not what the source garden records elsewhere.
      std::erase_if(found.files, [&](const FoundFile& file) {
        return roots_.ForName(file.name).prefix != root.prefix;
      });
      std::move(found.files.begin(), found.files.end(), std::back_inserter(all.files));
      std::move(found.unread.begin(), found.unread.end(), std::back_inserter(all.unread));
    } catch (const Error& error) {
      if (root.prefix.empty()) throw;
      all.unread.push_back(root.prefix);
      const bool is_new = std::none_of(rows.begin(), rows.end(), [&](const Segment& row) {
        return row.name.starts_with(root.prefix);
      });
      if (is_new) continue;
      LogWarning("catalogue", "{}; what is known of its recordings stays as it is", error.what());
    }
  }
  return all;
}

/// Of what looks unmounted nothing is deleted, elsewhere the tracks without a recording are.
void Catalogue::SpareUnmounted(const Root& root, const FoundFiles& found,
                               const std::vector<Segment>& rows, ScanResult& result) {
  if (std::find(found.unread.begin(), found.unread.end(), root.prefix) != found.unread.end()) {
    return;
  }
  const auto is_here = [&](const std::string& name) {
    return roots_.ForName(name).prefix == root.prefix;
  };
  const auto is_recording = [this](const std::string& name) { return growing_.contains(name); };
  const auto has_track = [&](const std::string& name) {
    return root.HoldsItsTracks() && HasTrack(root, name);
  };
  std::vector<Segment> own_rows;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(own_rows),
               [&](const Segment& row) { return is_here(row.name); });
  const bool has_files = std::any_of(found.files.begin(), found.files.end(),
                                     [&](const FoundFile& file) { return is_here(file.name); });
  if (LooksUnmounted(found, own_rows, is_recording, has_track)) {
    const size_t spared = std::erase_if(result.vanished, is_here);
    LogWarning("catalogue",
               "none of the {} recordings known is in '{}': is its disk mounted? They stay in the "
               "catalogue",
               spared, root.directory);
  } else if (root.HoldsItsTracks() || has_files) {
    const size_t orphans = RemoveOrphanTracks(root);
    if (orphans > 0) LogInfo("catalogue", "{} tracks without a recording removed", orphans);
  }
}

/// What files say is what counts: they may have come with the recordings, or be all that is left.
void Catalogue::TakeMarks(const std::vector<Root>& roots) {
  Transaction transaction(Connection());
  RowWriter writer(Connection());
  for (const Root& root : roots) {
    ForEachMarks(root, [&](const std::string& name) {
      try {
        writer.Write(name, ReadMarks(root, name));
      } catch (const DatabaseError&) {
        throw;
      } catch (const Error& error) {
        LogWarning("catalogue", "the marks of {} are left alone ({})", name, error.what());
      }
    });
  }
  transaction.Commit();
}

void Catalogue::RunScan() {
  try {
    const std::vector<Root> roots = roots_.All();
    const std::vector<Segment> rows = CatalogueReader(path_).ListSegments({});
    const FoundFiles found = FindAll(roots, rows);
    const auto is_recording = [this](const std::string& name) { return growing_.contains(name); };
    const auto read_track = [this](const std::string& name) {
      return ReadTrack(roots_.ForName(name), name);
    };
    ScanResult result = CompareWithFiles(found, rows, {is_recording, LocalOffset, read_track});
    for (const Root& root : roots) SpareUnmounted(root, found, rows, result);
    WriteScan(Connection(), result);
    TakeMarks(roots);
    Tell(NewsOfScan(result, rows));
    LogInfo("catalogue", "{} audio files; {} rows new or changed, {} without a file deleted",
            found.files.size(), result.changed.size(), result.vanished.size());
  } catch (const DatabaseError& error) {
    LogError("catalogue", "cannot compare files and catalogue ({})", error.what());
    if (error.IsDamage()) Rebuild(error.what());
  } catch (const Error& error) {
    LogError("catalogue", "cannot compare files and catalogue ({}); it stays as it was",
             error.what());
  }
}

/// Sets the damaged database aside; the next one begins with what is being recorded and the files
/// there are. Once: when the new one is damaged as well, it is the disk that is.
void Catalogue::Rebuild(const std::string& reason) {
  if (std::exchange(rebuilt_, true)) return;
  database_.reset();
  SetAside(path_, reason);
  for (const auto& [name, segment] : growing_) Queue(segment);
  Scan();
}

Database& Catalogue::Connection() {
  if (database_ == nullptr) database_ = OpenCatalogueDatabase(path_);
  return *database_;
}

}  // namespace isr
