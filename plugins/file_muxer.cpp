#include "plugins/file_muxer.hpp"

#include "media/coded_caps.hpp"
#include "plugins/flac_encoder.hpp"
#include "plugins/flac_muxer.hpp"
#include "plugins/frame_muxer.hpp"
#include "plugins/ogg_muxer.hpp"
#include "plugins/wav_muxer.hpp"

namespace isr {
namespace {

std::unique_ptr<FileMuxer> MakeFor(Codec codec) {
  switch (codec) {
    case Codec::kMpegAudio:
    case Codec::kAdtsAac:
      return MakeFrameMuxer();
    case Codec::kFlac:
      return MakeFlacMuxer();
    case Codec::kVorbis:
    case Codec::kOpus:
    case Codec::kOggFlac:
      return MakeOggMuxer();
  }
  return nullptr;
}

std::unique_ptr<FileMuxer> MakeForPcm(PcmFormat format) {
  return format == PcmFormat::kFlac ? MakeFlacEncoder() : MakeWavMuxer();
}

}  // namespace

std::unique_ptr<FileMuxer> MakeFileMuxer(GstCaps* caps, PcmFormat pcm_format) {
  const auto format = FormatOfCaps(caps);
  std::unique_ptr<FileMuxer> muxer =
      format.has_value() ? MakeFor(format->codec) : MakeForPcm(pcm_format);
  return muxer != nullptr && muxer->SetCaps(caps) ? std::move(muxer) : nullptr;
}

}  // namespace isr
