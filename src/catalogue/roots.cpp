#include "catalogue/roots.hpp"

#include <utility>

#include "base/error.hpp"
#include "catalogue/audio_files.hpp"
#include "level/track.hpp"

namespace isr {

std::string Root::PathOf(const std::string& name) const {
  return directory + "/" + name.substr(prefix.size());
}

std::string Root::AnalysisPathOf(const std::string& name) const {
  return analyses + "/" + name.substr(prefix.size());
}

std::string Root::TrackPathOf(const std::string& name) const {
  return AnalysisPathOf(name) + kTrackSuffix;
}

Roots::Roots(const std::string& output_directory)
    : roots_{{.prefix = "",
              .directory = output_directory,
              .analyses = output_directory + "/analyses"}} {}

void Roots::Replace(std::vector<Root> roots) {
  const std::lock_guard lock(mutex_);
  roots_ = std::move(roots);
}

std::vector<Root> Roots::All() const {
  const std::lock_guard lock(mutex_);
  return roots_;
}

Root Roots::ForSource(const std::string& source) const {
  return ForName(RootPrefixOf(source));
}

Root Roots::ForName(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (size_t i = 1; i < roots_.size(); ++i) {
    if (name.starts_with(roots_[i].prefix)) return roots_[i];
  }
  return roots_.front();
}

std::string RootPrefixOf(const std::string& source) {
  return "@" + source + "/";
}

Fd OpenRecording(const Roots& roots, const std::string& name) {
  if (!IsRecordingName(name)) return {};
  const Root root = roots.ForName(name);
  try {
    return OpenBeneath(OpenDirectory(root.directory), name.substr(root.prefix.size()));
  } catch (const Error&) {
    return {};
  }
}

}  // namespace isr
