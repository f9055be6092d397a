#include "plugins/file_muxer.hpp"

#include "plugins/frame_muxer.hpp"
#include "plugins/wav_muxer.hpp"

namespace isr {

std::unique_ptr<FileMuxer> MakeFileMuxer(GstCaps* caps) {
  const bool is_pcm = gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw");
  std::unique_ptr<FileMuxer> muxer = is_pcm ? MakeWavMuxer() : MakeFrameMuxer();
  return muxer->SetCaps(caps) ? std::move(muxer) : nullptr;
}

}  // namespace isr
