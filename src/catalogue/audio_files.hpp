#pragma once

#include <string>
#include <string_view>

#include "base/fd.hpp"

namespace isr {

/// The extension of a file name in lower case, without the dot; empty when there is none.
std::string ExtensionOf(std::string_view name);

/// Whether `name` may stand in the catalogue and in a URL: a relative path of visible folders and
/// an audio file (wav, flac, mp3, ogg, oga, opus, aac, m4a), in valid UTF-8, without "..".
bool IsRecordingName(std::string_view name);

/// Opens the regular file `name` below `directory` for reading. No part of the way may lead out of
/// it: neither ".." nor a symbolic link. Never waits for a FIFO's other end. Any thread; waits for
/// the disk. Not open: errno says why (ENOENT, ELOOP or EXDEV for a link, EINVAL for a directory
/// or a device).
Fd OpenBeneath(const Fd& directory, const std::string& name);

/// Removes the file `name` below `directory` from its folder, to which no part of the way may lead
/// out of it. False: errno says why.
bool RemoveBeneath(const Fd& directory, const std::string& name);

}  // namespace isr
