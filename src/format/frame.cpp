#include "format/frame.hpp"

#include "format/flac_framer.hpp"
#include "format/ogg_framer.hpp"
#include "format/sync_framer.hpp"

namespace isr {

bool SameCoding(const CodedFormat& a, const CodedFormat& b) {
  constexpr size_t kVorbisSetup = 2;
  if (a.codec != b.codec || a.rate != b.rate || a.channels != b.channels || a.bits != b.bits ||
      a.layer != b.layer) {
    return false;
  }
  if (a.codec != Codec::kVorbis) return true;
  return a.headers.size() == b.headers.size() && a.headers.size() > kVorbisSetup &&
         a.headers.front() == b.headers.front() &&
         a.headers[kVorbisSetup] == b.headers[kVorbisSetup];
}

std::unique_ptr<Framer> MakeFramer(Codec codec) {
  switch (codec) {
    case Codec::kMpegAudio:
      return std::make_unique<SyncFramer>(kMpegCode);
    case Codec::kAdtsAac:
      return std::make_unique<SyncFramer>(kAdtsCode);
    case Codec::kFlac:
      return std::make_unique<FlacFramer>();
    case Codec::kVorbis:
    case Codec::kOpus:
    case Codec::kOggFlac:
      break;
  }
  return std::make_unique<OggFramer>();
}

}  // namespace isr
