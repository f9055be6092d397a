#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "format/bytes.hpp"
#include "format/vorbis_comment.hpp"

namespace isr {

enum class Codec {
  kMpegAudio,  ///< MPEG-1, 2 and 2.5 audio, layers I to III, as bare frames ("mp3")
  kAdtsAac,    ///< AAC in ADTS frames
  kFlac,       ///< native FLAC
  kVorbis,     ///< in Ogg
  kOpus,       ///< in Ogg
  kOggFlac,
};

/// What one has to know of a coded stream before its first frame. Two streams whose formats are
/// equal but for `headers` can go on in one file, except that Vorbis needs equal `headers[2]`.
/// `SameCoding` knows.
struct CodedFormat {
  Codec codec = Codec::kMpegAudio;
  int rate = 0;      ///< sample frames per second; 48000 for Opus whatever the source had. For AAC
                     ///< with implicit SBR the rate of the header, half of what is heard
  int channels = 0;  ///< 0 = ADTS says it inside the frames (program config element)
  int bits = 0;      ///< per sample, of FLAC; else 0
  int layer = 0;     ///< 1 to 3, of MPEG audio; else 0
  int pre_skip = 0;  ///< of Opus: samples that a player drops at the start; else 0

  /// What a muxer needs. FLAC: the STREAMINFO block's 34 bytes (made up from a frame header where
  /// the stream was joined in the middle), then the comment block's body if there was one. Ogg: the
  /// stream's header packets. Else empty.
  std::vector<Bytes> headers;

  bool operator==(const CodedFormat&) const = default;
};

/// Whether frames of `b` can follow frames of `a` in one file.
bool SameCoding(const CodedFormat& a, const CodedFormat& b);

/// One coded frame, or one Ogg packet, as it came.
struct Frame {
  ByteView bytes;             ///< valid until the next call of the framer
  std::uint32_t samples = 0;  ///< sample frames that it decodes to; 0 for a Vorbis stream's first
  std::uint32_t trim = 0;     ///< how many of them at its end an Ogg stream's last page cuts off
  std::optional<std::uint64_t> position;  ///< of its first sample in the source's own count, where
                                          ///< the stream tells (FLAC; Ogg: granule position)
};

/// The format of the frames from here on. Comes before the first frame and at each change.
struct NewFormat {
  CodedFormat format;
};

/// A new logical Ogg stream, or a new FLAC header, with the same coding as before.
struct NewChain {
  CodedFormat format;
};

/// The tags of the stream from here on; comes after its NewFormat or NewChain.
struct NewComment {
  VorbisComment comment;
};

/// A frame that holds no audio but facts on the frames after it (Xing, Info, VBRI).
struct InfoFrame {
  ByteView bytes;  ///< valid until the next call of the framer
};

enum class SkippedKind {
  kGarbage,   ///< not understood, or damaged
  kTag,       ///< ID3v1, ID3v2, APEv2
  kMetadata,  ///< FLAC metadata blocks; Ogg pages of other streams, header pages, page headers
};

/// Bytes of the source that are in no frame. For bare frames (MPEG audio, ADTS, FLAC) these bytes
/// and those of the frames are all that came.
struct Skipped {
  std::uint64_t bytes = 0;
  SkippedKind kind = SkippedKind::kGarbage;
};

/// Audio that an Ogg stream counts and that never came. Its place is before the next frame.
struct LostPages {
  std::uint32_t pages = 0;  ///< missing by their numbers; 0 when the source itself left audio out,
                            ///< or counts its pages anew
  std::uint64_t samples = 0;  ///< missing by the granule positions; 0 also when they do not tell
};

using StreamItem =
    std::variant<Frame, NewFormat, NewChain, NewComment, InfoFrame, Skipped, LostPages>;

/// Cuts a stream of bytes into frames. However the bytes are cut into pushes, the same frames come
/// out. Takes any bytes: what is no frame is skipped, nothing throws (but std::bad_alloc). Memory
/// is bounded by the largest frame of the codec plus what was pushed since Next last said nothing.
/// Not thread-safe.
class Framer {
 public:
  virtual ~Framer() = default;

  virtual void Push(ByteView bytes) = 0;

  /// No more bytes come: what was held back because it might yet be refuted comes out.
  virtual void Finish() = 0;

  /// What comes next in the stream; nothing when more bytes are needed. Call it until it says
  /// nothing before the next Push.
  virtual std::optional<StreamItem> Next() = 0;
};

/// `codec`: of bare frames or, for the three in Ogg, any of them: the stream itself says which.
std::unique_ptr<Framer> MakeFramer(Codec codec);

}  // namespace isr
