#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "disk/file_stream.hpp"

namespace isr {

/// Where the seconds of a file end, learned from the time stamps of what is written into it.
/// Streaming thread; allocates nothing.
class SecondMarks {
 public:
  /// A piece of audio with time stamp `time`, on whatever clock, begins at `position` in the file.
  /// To be told of each in order; one that goes back in time is passed over.
  void Note(std::chrono::nanoseconds time, std::uint64_t position);

  /// The next mark that is known by now.
  std::optional<FileMark> Take();

 private:
  struct Place {
    std::chrono::nanoseconds time{};  ///< since the first
    std::uint64_t position = 0;
  };

  std::optional<std::chrono::nanoseconds> first_;
  Place before_;
  Place last_;
  std::uint64_t next_ = 0;  ///< second to be marked
};

}  // namespace isr
