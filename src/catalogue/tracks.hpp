#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/roots.hpp"
#include "format/repair.hpp"
#include "model/segment.hpp"

namespace isr {

/// What the track of a recording tells the catalogue.
struct TrackContents {
  Segment segment;        ///< as it was; growing when the track has no end
  std::vector<Gap> gaps;  ///< before the file and in it
  std::vector<Title> titles;
};

/// Reads the track of the recording of that root called `name`. Nothing where there is no track, or
/// none that can be read. Waits for the disk.
std::optional<TrackContents> ReadTrack(const Root& root, const std::string& name);

/// Some hundred places in the recording called `name` where frames begin, evenly in time, as its
/// track knows them; the last is the last of all in its first `bytes` bytes. Nothing where there is
/// no track. Waits for the disk.
std::vector<FilePlace> ReadPlaces(const Root& root, const std::string& name, std::uint64_t bytes);

/// A place in the recording called `name` at, or a little before, so many seconds from its begin,
/// as its track knows it. Nothing where that is the begin, or there is no track. Waits for the
/// disk.
std::optional<FilePlace> ReadPlace(const Root& root, const std::string& name, double seconds);

/// Whether there is a track of the recording called `name`, good or bad. Waits for the disk.
bool HasTrack(const Root& root, const std::string& name);

/// Calls `visit` with each file below the root's `analyses`, by its path from there, until it
/// returns false. What cannot be read is passed over. Waits for the disk.
void ForEachAnalysis(const Root& root, const std::function<bool(const std::string& file)>& visit);

/// Calls `visit` with the name of the recording of each track of that root, until it returns false.
/// What cannot be read is passed over. Waits for the disk.
void ForEachTrack(const Root& root, const std::function<bool(const std::string& name)>& visit);

/// Removes the tracks of recordings that are gone, and the `*.analysis.json` of the Python recorder
/// among them. Returns how many. Waits for the disk.
size_t RemoveOrphanTracks(const Root& root);

}  // namespace isr
