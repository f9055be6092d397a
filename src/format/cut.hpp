#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "format/bytes.hpp"
#include "format/repair.hpp"

namespace isr {

/// What is wanted of a file.
struct CutRequest {
  double start = 0;                ///< seconds from its begin, >= 0
  double end = 0;                  ///< > start; may lie behind the file's end
  std::uint64_t bytes = 0;         ///< the file's first so many: one that grows is cut as it was
  std::optional<FilePlace> place;  ///< before `start` by a second and more, where one is known:
                                   ///< what lies before it need not be read
};

/// Nothing of the file lies in the stretch.
class NoSuchTime : public Error {
 public:
  explicit NoSuchTime(double duration);
  double Duration() const { return duration_; }  ///< of the file, seconds

 private:
  double duration_;
};

/// A stretch of an audio file as a file of its own, in the same format and not encoded anew:
///
/// WAV, FLAC (also in Ogg) and Opus to the sample. Of FLAC only the frames at both ends are
/// encoded anew, without loss. Of Opus up to 80 ms before the start are there for the decoder, as
/// pre-skip (RFC 7845 section 4.6). MPEG audio and ADTS from the frame that holds the start to the
/// one that holds the end; Vorbis likewise, but to the sample at the end. A WAV file's bext chunk
/// tells the time of the cut's first sample. Comments of FLAC and Ogg stay, ID3 tags do not.
///
/// Memory is bounded by the longest frame. All calls block on the disk and throw Error.
class Cut {
 public:
  virtual ~Cut() = default;
  virtual std::uint64_t Size() const = 0;  ///< bytes
  virtual double End() const = 0;          ///< as wanted, or where the file ends; seconds
  /// Appends the next bytes to `out`, or none yet. False at the end.
  virtual bool Read(Bytes& out) = 0;
};

/// Finds the stretch and its size; for all but WAV this reads it once, and `progress` is called now
/// and then. `file` must outlive the cut. Throws NoSuchTime, and Error for what cannot be cut.
std::unique_ptr<Cut> MakeCut(const Fd& file, const CutRequest& request,
                             const std::function<void()>& progress);

/// What a cut of the recording `name` is called: "x/20261120_140000.flac" from 12.5 s to 1 h 1 min
/// becomes "20261120_140000_00m12.500s-1h01m00.000s.flac".
std::string CutName(const std::string& name, double start, double end);

}  // namespace isr
