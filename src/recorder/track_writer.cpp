#include "recorder/track_writer.hpp"

#include <utility>

#include "level/track_codec.hpp"

namespace isr {
namespace {

constexpr std::uint32_t kBegin = 1;  // sequence of the facts
constexpr std::uint32_t kEnd = 2;

/// Nobody needs to hear of a track: when the disk is in trouble, its recording says so.
class Silence final : public FileObserver {
 public:
  void OnFileOpened(const std::string& /*path*/) override {}
  void OnFileClosed(const std::string& /*path*/, std::uint64_t /*bytes*/) override {}
  void OnDiskTrouble(const std::string& /*why*/) override {}
  void OnDiskRecovered() override {}
};

}  // namespace

TrackWriter::TrackWriter(DiskWriter& disk, const std::string& path, TrackFacts facts)
    : facts_(std::move(facts)),
      stream_(disk.Begin(path, std::make_shared<WriteBudget>(0), std::make_shared<Silence>(),
                         {.name_taken = NameTaken::kReplace})) {
  Write(EncodeTrackPreamble());
  Write(EncodeTrackFacts(facts_, kBegin));
  disk.Wake();
}

TrackWriter::~TrackWriter() {
  Write(seconds_.Finish());
  stream_->Close();
}

void TrackWriter::Reached(std::uint64_t second, const TrackPosition& position) {
  Write(seconds_.SetReached(second, position));
}

void TrackWriter::Heard(std::uint64_t window, std::span<const LevelWindow> levels) {
  for (const LevelWindow& one : levels) {
    if (one != LevelWindow{}) Write(seconds_.SetLevels(window, one));
    ++window;
  }
}

void TrackWriter::Write(const std::vector<TrackPiece>& pieces) {
  for (const TrackPiece& piece : pieces) Write(piece);
}

void TrackWriter::Add(const TrackEvent& event) {
  if (const auto piece = log_.Append(event)) Write(*piece);
}

void TrackWriter::End(const Segment& segment) {
  facts_.segment = segment;
  Write(EncodeTrackFacts(facts_, kEnd));
}

}  // namespace isr
