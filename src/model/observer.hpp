#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/event.hpp"
#include "model/segment.hpp"
#include "model/source_status.hpp"

namespace isr {

/// What became of a recording.
struct FileNews {
  enum class Change {
    kBegun,
    kGrown,
    kClosed,   ///< it is complete; also one that was found, copied in say
    kMarked,   ///< its marks have changed, or whether it is reviewed
    kRemoved,  ///< its file is gone; this is what was known of it
  };
  Change change = Change::kBegun;
  Segment segment;
};

/// How loud a source was in the last moment that was measured, a second at most.
struct SoundLevel {
  std::string source;
  std::string file;             ///< the recording's name
  double position = 0;          ///< of the moment's end, seconds from the begin of the file
  UtcTime time{};               ///< of the moment's end
  int windows = 0;              ///< of 100 ms, that were measured
  double power = 0;             ///< mean square over all channels and windows, full scale 1
  double peak = 0;              ///< dBFS, of the loudest channel
  std::optional<double> floor;  ///< dBFS, the noise floor; none while it is not known
};

/// Who is told what happens. Must not wait.
class Observer {
 public:
  virtual ~Observer() = default;

  // Main thread:

  /// A source does something else than before, or to another file. That it records on is no news.
  virtual void OnSource(const SourceStatus& source) = 0;
  /// There is no source of that name any more.
  virtual void OnSourceRemoved(const std::string& name) = 0;
  virtual void OnLevel(const SoundLevel& level) = 0;

  // Any thread, once the catalogue has it:

  virtual void OnFiles(std::vector<FileNews> news) = 0;
  virtual void OnSection(const SoundEvent& event) = 0;
};

}  // namespace isr
