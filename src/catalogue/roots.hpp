#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"

namespace isr {

/// A folder of recordings. What the catalogue and URLs call a recording is its path below the
/// folder behind `prefix`.
struct Root {
  std::string prefix;     ///< empty: the general output directory; else "@<source>/"
  std::string directory;  ///< absolute
  std::string analyses;   ///< absolute; the tracks' folder

  std::string NameOf(const std::string& below) const { return prefix + below; }
  /// Of a recording of this root.
  std::string PathOf(const std::string& name) const;
  std::string TrackPathOf(const std::string& name) const;
  /// What lies beside its track begins with this.
  std::string AnalysisPathOf(const std::string& name) const;
  /// Whether the tracks lie where the recordings do, so that they come and go with the same disk.
  bool HoldsItsTracks() const { return analyses.starts_with(directory + "/"); }

  bool operator==(const Root&) const = default;
};

/// All folders of recordings: the general one, and those of sources that have one outside it.
/// Thread-safe; what is given out is a copy.
class Roots {
 public:
  /// The general one alone, its tracks in `analyses/`.
  explicit Roots(const std::string& output_directory);
  /// The general one first.
  explicit Roots(std::vector<Root> roots) : roots_(std::move(roots)) {}

  void Replace(std::vector<Root> roots);

  std::vector<Root> All() const;
  Root ForSource(const std::string& source) const;
  /// The one that a recording called `name` belongs to, whether there is one or not.
  Root ForName(std::string_view name) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Root> roots_;  // protected by mutex_; never empty
};

/// What the names of a source's recordings begin with when it has a root of its own.
std::string RootPrefixOf(const std::string& source);

/// Opens the recording called `name`, as OpenBeneath does; also not open when its root is not
/// there.
Fd OpenRecording(const Roots& roots, const std::string& name);

}  // namespace isr
