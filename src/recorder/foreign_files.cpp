#include "recorder/foreign_files.hpp"

#include <chrono>
#include <string>

#include "base/error.hpp"
#include "catalogue/reader.hpp"
#include "glib/log.hpp"
#include "worker/file_extent.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "recorder";

/// A decoder that says nothing for so long hangs.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

void ForeignFiles::Look() {
  thread_.Post([this] {
    while (!stopping_ && !catalogue_.WaitUntilDone(std::chrono::seconds(1))) {
    }
    try {
      LookAtAll();
    } catch (const Error& error) {
      LogWarning(kDomain, "cannot find out how long the copied files are ({})", Describe(error));
    }
  });
}

void ForeignFiles::LookAtAll() {
  for (const Segment& file :
       CatalogueReader(catalogue_.DatabasePath()).ListSegments({.source = std::string()})) {
    if (stopping_) return;
    if (file.rate == 0) LookAt(file.name);
  }
}

void ForeignFiles::LookAt(const std::string& name) {
  const Fd file = OpenRecording(roots_, name);
  if (!file.IsOpen()) return;
  if (const auto extent = ExtentOf(file, kPatience, stopping_)) {
    catalogue_.ForeignMeasured(name, extent->rate, extent->frames);
  } else if (!stopping_) {
    LogInfo(kDomain, "how long {} is nobody knows: no decoder reads it", name);
  }
}

}  // namespace isr
