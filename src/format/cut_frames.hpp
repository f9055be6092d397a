#pragma once

#include <functional>
#include <memory>

#include "format/cut.hpp"
#include "format/file_bytes.hpp"
#include "format/frame.hpp"

namespace isr {

/// MakeCut for coded audio.
std::unique_ptr<Cut> MakeFrameCut(const FileBytes& file, Codec codec, const CutRequest& request,
                                  const std::function<void()>& progress);

}  // namespace isr
