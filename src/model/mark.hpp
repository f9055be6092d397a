#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isr {

/// What somebody said of a stretch of a recording.
struct Mark {
  double start = 0;  ///< seconds from the recording's begin, to the millisecond
  double end = 0;
  bool starred = false;
  std::string label;         ///< one line; or empty
  std::string note;          ///< or empty
  std::int64_t version = 0;  ///< one more with each change; 0: it is not there

  bool IsEmpty() const { return !starred && label.empty() && note.empty(); }
  bool operator==(const Mark&) const = default;
};

/// All that was said of a recording.
struct FileMarks {
  bool reviewed = false;    ///< somebody is done with it
  std::vector<Mark> marks;  ///< by start

  bool IsEmpty() const { return !reviewed && marks.empty(); }
  bool operator==(const FileMarks&) const = default;
};

}  // namespace isr
