#include "app/settings_diff.hpp"

#include <algorithm>

#include "config/schema.hpp"

namespace isr {
namespace {

/// The only key of [general] alone that changes while isr runs.
constexpr std::string_view kLogLevel = "log_level";

const SourceSettings* Find(const Settings& settings, const std::string& name) {
  const auto found =
      std::find_if(settings.sources.begin(), settings.sources.end(),
                   [&name](const SourceSettings& source) { return source.name == name; });
  return found == settings.sources.end() ? nullptr : &*found;
}

}  // namespace

SettingsDiff Compare(const Settings& in_force, const Settings& wanted) {
  SettingsDiff diff;
  diff.sources = wanted.sources;
  for (SourceSettings& source : diff.sources) {
    if (source.output_directory == wanted.output_directory) {
      source.output_directory = in_force.output_directory;
    }
    const SourceSettings* const before = Find(in_force, source.name);
    if (before == nullptr) {
      diff.added.push_back(source);
    } else if (*before != source) {
      diff.changed.push_back(source);
    }
  }
  for (const SourceSettings& source : in_force.sources) {
    if (Find(wanted, source.name) == nullptr) diff.removed.push_back(source.name);
  }
  for (const KeyInfo& key : Schema()) {
    if (!key.binding.IsOfGeneral() || key.name == kLogLevel) continue;
    if (key.binding.load(in_force, nullptr) != key.binding.load(wanted, nullptr)) {
      diff.after_restart.emplace_back(key.name);
    }
  }
  return diff;
}

}  // namespace isr
