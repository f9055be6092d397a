#pragma once

#include <cstdint>
#include <memory>

#include "format/frame.hpp"

namespace isr {

/// Puts frames of one coding into a file of their own, which begins at time 0.
class CutWriter {
 public:
  virtual ~CutWriter() = default;
  /// The next frame. Appends to `out` what follows on what was appended before.
  virtual void Add(ByteView frame, std::uint32_t samples, Bytes& out) = 0;
  /// There are no more; of the last one, `trim` samples at its end are not wanted, where the format
  /// can say that.
  virtual void Finish(std::uint32_t trim, Bytes& out) = 0;
  /// What stands before all that was appended. After Finish.
  virtual Bytes Header() const = 0;
};

/// `format.pre_skip`: of the file.
std::unique_ptr<CutWriter> MakeCutWriter(const CodedFormat& format, const VorbisComment& comment);

}  // namespace isr
