#pragma once

#include <optional>
#include <string>

#include "catalogue/reader.hpp"
#include "model/segment.hpp"

namespace isr {

/// What a list says besides.
struct FileRemarks {
  MarksSummary marks;
  std::optional<Title> title;  ///< by which it was found
};

/// A recording as `/api/files` lists it, JSON in one line.
std::string FileDocument(const Segment& segment,
                         const std::optional<FileRemarks>& remarks = std::nullopt);

}  // namespace isr
