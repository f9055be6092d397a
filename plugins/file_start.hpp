#pragma once

#include <chrono>
#include <optional>

#include <gst/gst.h>

#include "base/clock.hpp"

namespace isr {

/// What is known of a file when it begins. A GstMeta on its first buffer: isrsplit puts it there,
/// muxers write it into headers.
struct FileStart {
  UtcTime utc{};                       ///< of the first sample
  std::chrono::seconds utc_offset{0};  ///< local time - UTC there
};

/// The buffer must be writable.
void AddFileStart(GstBuffer* buffer, const FileStart& start);
std::optional<FileStart> FileStartOf(GstBuffer* buffer);

}  // namespace isr
