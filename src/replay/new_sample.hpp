#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "format/bytes.hpp"
#include "time/save_template.hpp"

namespace isr {

/// A file for saved audio. It has no name before Keep gives it one, where the file system can do
/// that; else a hidden one, and what a process leaves that is killed is called ".isr-*.part". All
/// calls wait for the disk and throw SaveError.
class NewSample {
 public:
  /// `directory` must be there.
  explicit NewSample(const std::string& directory);
  ~NewSample();
  NewSample(const NewSample&) = delete;
  NewSample& operator=(const NewSample&) = delete;

  void Append(ByteView bytes);
  /// In the place of bytes that were appended before.
  void Replace(std::uint64_t offset, ByteView bytes);
  /// As it was made.
  void Clear();

  /// Has all of it on the disk, then gives it the first name of the template that is free, and
  /// makes the folders for it. Nothing is ever overwritten, whoever else makes files there. Returns
  /// the path. Once.
  std::string Keep(const SaveTemplate& name, const SaveFacts& facts, bool sanitize);

 private:
  [[noreturn]] void Fail(const std::string& what, int error_number) const;
  void Write(std::uint64_t offset, ByteView bytes);
  Fd OpenFolder(const std::string& path, std::string& file) const;
  /// The errno of a name that it cannot have; 0 when it has it.
  int GiveName(const Fd& folder, const std::string& file);

  const std::string directory_;
  Fd folder_;
  Fd fd_;
  std::string hidden_;  ///< its name in `folder_` meanwhile; empty: none
  std::uint64_t size_ = 0;
};

}  // namespace isr
