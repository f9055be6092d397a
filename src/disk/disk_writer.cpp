#include "disk/disk_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

using Streams = std::vector<std::shared_ptr<FileStream>>;

constexpr std::uint64_t kPage = 4096;

/// One for each file system. Kept for good: the last to let go of one could be its own thread,
/// telling of a closed file, and that cannot wait for itself.
struct Writers {
  std::mutex mutex;
  std::map<dev_t, std::shared_ptr<DiskWriter>> of_device;  // protected by mutex
};
Writers& AllWriters() {
  static auto& writers = *new Writers;
  return writers;
}

/// The file system that `path`, or its nearest existing parent, lies on.
dev_t FileSystemOf(std::filesystem::path path) {
  path = std::filesystem::absolute(path.empty() ? "." : path);
  struct stat info {};
  while (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT || !path.has_relative_path()) {
      throw SystemError("cannot look at '" + path.string() + "'", errno);
    }
    path = path.parent_path();
  }
  return info.st_dev;
}

}  // namespace

std::shared_ptr<DiskWriter> DiskWriter::ForDirectory(const std::string& directory,
                                                     Options options) {
  const dev_t device = FileSystemOf(directory);
  Writers& all = AllWriters();
  const std::lock_guard lock(all.mutex);
  std::shared_ptr<DiskWriter>& writer = all.of_device[device];
  if (writer == nullptr) writer = Create(options);
  return writer;
}

void DiskWriter::FinishAll(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<std::shared_ptr<DiskWriter>> writers;
  {
    const std::lock_guard lock(AllWriters().mutex);
    for (const auto& [device, writer] : AllWriters().of_device) writers.push_back(writer);
  }
  for (const auto& writer : writers) writer->FinishClosed(deadline);
}

void DiskWriter::FinishClosed(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  finished_.wait_until(lock, deadline, [this] {
    return std::none_of(streams_.begin(), streams_.end(),
                        [](const auto& stream) { return stream->WillClose(); });
  });
}

std::shared_ptr<DiskWriter> DiskWriter::Create(Options options) {
  return std::shared_ptr<DiskWriter>(new DiskWriter(options));
}

DiskWriter::DiskWriter(Options options)
    : options_(options), last_sync_(std::chrono::steady_clock::now()), thread_([this] { Run(); }) {
  pthread_setname_np(thread_.native_handle(), "isr-disk");
}

DiskWriter::~DiskWriter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
  for (const auto& stream : streams_) stream->Abandon();
}

std::shared_ptr<FileStream> DiskWriter::Begin(const std::string& path,
                                              std::shared_ptr<WriteBudget> budget,
                                              std::shared_ptr<FileObserver> observer,
                                              FileOptions options) {
  std::shared_ptr<FileStream> stream(
      new FileStream(weak_from_this(), path, std::move(budget), std::move(observer), options));
  const std::lock_guard lock(mutex_);
  streams_.push_back(stream);
  woken_ = true;
  wake_.notify_one();
  return stream;
}

void DiskWriter::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_one();
}

bool DiskWriter::WriteOut(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const std::uint64_t next = rounds_begun_ + 1;
  woken_ = true;
  wake_.notify_one();
  return finished_.wait_for(lock, patience, [&] { return rounds_ended_ >= next; });
}

Streams DiskWriter::Streams() {
  const std::lock_guard lock(mutex_);
  return streams_;
}

void DiskWriter::Run() noexcept {
  bool ending = false;
  while (!ending) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, options_.write_interval, [this] { return woken_ || ending_; });
      woken_ = false;
      ending = ending_;
      ++rounds_begun_;
    }
    Guarded("disk writer", [this] { Round(); });
    {
      const std::lock_guard lock(mutex_);
      rounds_ended_ = rounds_begun_;
    }
    finished_.notify_all();
  }
}

/// Who hears that a file is there may begin another, its track say.
void DiskWriter::OpenAll() {
  std::size_t opened = 0;
  for (auto streams = Streams(); opened < streams.size(); streams = Streams()) {
    for (; opened < streams.size(); ++opened) streams[opened]->Open();
  }
}

/// Writes what is there; when it is time, or a file is to be finished, makes it safe.
void DiskWriter::Round() {
  OpenAll();
  auto streams = Streams();
  // A recording has no byte on the disk before its track says what it is: else a crash between the
  // two would leave a file that nobody knows of. Nothing is ever appended to a track.
  std::stable_partition(streams.begin(), streams.end(),
                        [](const auto& stream) { return stream->Size() == 0; });
  bool closing = false;
  for (const auto& stream : streams) {
    if (!stream->WriteData() || !stream->WritePatches()) continue;
    stream->Recovered();
    closing = closing || stream->IsClosing();
  }
  const auto now = std::chrono::steady_clock::now();
  if (!closing && now - last_sync_ < SyncInterval(streams)) return;
  last_sync_ = now;
  Sync(streams);
}

/// The shortest that a file wants: there is one sync for all.
std::chrono::milliseconds DiskWriter::SyncInterval(
    const std::vector<std::shared_ptr<FileStream>>& streams) const {
  std::optional<std::chrono::milliseconds> shortest;
  for (const auto& stream : streams) {
    const auto wanted = stream->options_.sync_interval;
    if (wanted && (!shortest || *wanted < *shortest)) shortest = wanted;
  }
  return shortest.value_or(options_.sync_interval);
}

/// Data first, then the headers that count it; a file is closed once both are on the disk.
void DiskWriter::Sync(const std::vector<std::shared_ptr<FileStream>>& streams) {
  const auto sync = [&] {
    const auto open = std::find_if(streams.begin(), streams.end(),
                                   [](const auto& stream) { return stream->fd_.IsOpen(); });
    return open != streams.end() && ::syncfs((*open)->fd_.Get()) == 0;
  };
  std::vector<std::uint64_t> written;
  for (const auto& stream : streams) written.push_back(stream->written_);
  if (!sync()) return;
  std::vector<std::shared_ptr<FileStream>> finished;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    FileStream& stream = *streams[i];
    if (!stream.fd_.IsOpen()) continue;
    stream.synced_ = written[i];
    stream.ReportMarks();
    // Recordings are written once: they need not push everything else out of memory. The page that
    // the next bytes go into stays, or it would be read again; of a track, whose records are
    // patches, all (and a length of 0 would mean: to the end).
    const auto whole_pages = static_cast<off_t>(stream.synced_ / kPage * kPage);
    if (whole_pages > 0) {
      ::posix_fadvise(stream.fd_.Get(), 0, whole_pages, POSIX_FADV_DONTNEED);
    }
    if (stream.WritePatches() && stream.IsClosing()) finished.push_back(streams[i]);
  }
  if (finished.empty() || !sync()) return;
  for (const auto& stream : finished) stream->Finish();
  const std::lock_guard lock(mutex_);
  std::erase_if(streams_, [&](const auto& stream) {
    return std::find(finished.begin(), finished.end(), stream) != finished.end();
  });
  finished_.notify_all();
}

}  // namespace isr
