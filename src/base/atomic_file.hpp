#pragma once

#include <string>
#include <string_view>

namespace isr {

enum class Durability {
  kVolatile,  ///< readers never see half a file; a power cut may bring the old one back
  kDurable,   ///< file and directory are on the disk when the call returns
};

enum class Readers {
  kAll,    ///< as the process's umask allows
  kOwner,  ///< whose the directory is; root gives it to them
};

/// Replaces `path` by `content` in one step: written beside it, then renamed. Blocks on the disk.
/// Throws Error; the old file is then untouched.
void WriteFileAtomically(const std::string& path, std::string_view content, Durability durability,
                         Readers readers = Readers::kAll);

/// The whole file. Throws Error.
std::string ReadWholeFile(const std::string& path);

}  // namespace isr
