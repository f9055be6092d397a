#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/save.hpp"
#include "replay/save_job.hpp"

namespace isr {

/// What became of the save of one source.
struct SaveResult {
  std::string source;
  double asked = 0;  ///< seconds
  std::optional<SavedFile> file;
  std::optional<SaveError> error;  ///< instead
};

/// A JSON list with an object for each source: what it is called as `source`, and either `error`
/// with `code` and `message`, or
///
///     path      of the file
///     format    "wav"
///     start     of its first sample, UNIX seconds
///     seconds   of audio in it
///     asked     seconds that were asked for
///     gaps      audio that is missing between two samples: [{at, seconds, cause}], `at` in seconds
///               from the file's begin
///     note      why it is less than was asked for; null when it is not
std::string SaveDocument(std::span<const SaveResult> results);

}  // namespace isr
