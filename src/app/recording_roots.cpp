#include "app/recording_roots.hpp"

#include "config/directories.hpp"

namespace isr {

std::vector<Root> RootsOf(const Settings& settings, const std::string& analyses_directory) {
  const auto make = [&](const std::string& prefix, const std::string& directory) {
    const std::string folder = prefix.substr(0, prefix.rfind('/'));
    return Root{.prefix = prefix,
                .directory = directory,
                .analyses = analyses_directory.empty() ? directory + "/analyses"
                            : prefix.empty()           ? analyses_directory
                                                       : analyses_directory + "/" + folder};
  };
  std::vector<Root> roots{make("", settings.output_directory)};
  for (const SourceSettings& source : settings.sources) {
    if (LiesIn(source.output_directory, settings.output_directory)) continue;
    roots.push_back(make(RootPrefixOf(source.name), source.output_directory));
  }
  return roots;
}

}  // namespace isr
