#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.hpp"
#include "http/event_hub.hpp"
#include "level/detector.hpp"
#include "model/live.hpp"
#include "model/save.hpp"
#include "model/source_status.hpp"

namespace isr {

class Measurements;

/// Who knows what the sources are doing.
class StatusProvider {
 public:
  virtual ~StatusProvider() = default;
  virtual std::vector<SourceStatus> Status() = 0;  ///< main thread
};

/// What the resources draw on. All of it outlives the server.
struct HttpServices {
  Catalogue& catalogue;
  StatusProvider& status;
  const Roots& roots;  ///< the recordings
  EventHub& events;
  std::string web_directory;             ///< index.html and what belongs to it
  DetectorOptions detection;             ///< where a request does not say
  Measurements* measurements = nullptr;  ///< the server's own
  SaveService* saves = nullptr;          ///< none: nothing is recorded here
  LiveService* live = nullptr;           ///< none: nobody can listen
};

}  // namespace isr
