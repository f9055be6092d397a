#include "http/growing.hpp"

#include <algorithm>

#include "catalogue/reader.hpp"

namespace isr {

bool IsGrowing(const Request& request, const HttpServices& services, const std::string& name) {
  // A source says so from the file's first byte on, the catalogue until its last is on the disk.
  const auto records = [&](const SourceStatus& source) { return source.file == name; };
  if (std::any_of(request.sources.begin(), request.sources.end(), records)) return true;
  const auto segment = CatalogueReader(services.catalogue.DatabasePath()).FindSegment(name);
  return segment && segment->growing;
}

}  // namespace isr
