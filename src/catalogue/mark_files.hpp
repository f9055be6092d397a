#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/roots.hpp"
#include "model/mark.hpp"

namespace isr {

// What people say of recordings is the only thing here that cannot be made again. So it lies beside
// the track, `analyses/<name>.marks.json`, moves with the recordings, and any editor opens it; the
// catalogue has a copy to search in. It goes with its recording when isr deletes that, and in no
// other case.

/// What was said of the recording called `name`; nothing where nothing was. Waits for the disk.
/// Throws Error when the file cannot be read or understood: it must then not be written.
FileMarks ReadMarks(const Root& root, const std::string& name);

/// Replaces it; when it returns it is on the disk. Throws Error.
void WriteMarks(const Root& root, const std::string& name, const FileMarks& marks);

/// There may be none. Waits for the disk.
void RemoveMarks(const Root& root, const std::string& name);

/// Calls `visit` with the name of the recording of each such file of that root. Waits for the disk.
void ForEachMarks(const Root& root, const std::function<void(const std::string& name)>& visit);

/// Which of the marks is of that stretch: that which overlaps it most, by half of the shorter of
/// both at least. Sections move a little when they are found with another margin.
std::optional<std::size_t> FindMark(const std::vector<Mark>& marks, double start, double end);

}  // namespace isr
