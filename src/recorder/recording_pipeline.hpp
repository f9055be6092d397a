#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <gst/gst.h>

#include "config/settings.hpp"
#include "format/frame_history.hpp"
#include "format/frame_tap.hpp"
#include "glib/ref.hpp"
#include "media/audio_tap.hpp"
#include "model/cause.hpp"

namespace isr {

/// Of the splitmuxsink in a recording pipeline.
constexpr const char* kRecordingSinkName = "files";

/// What a run needs to hold of its pipeline.
struct RecordingElements {
  Ref<GstElement> end_here;     ///< takes EOS
  Ref<GstElement> split;        ///< isrsplit
  Ref<GstElement> queue;        ///< before the files; holds half a minute; none without files
  std::size_t queue_bytes = 0;  ///< that it holds at most
  Ref<GstElement> level;        ///< isrlevel; none where levels are not measured on the way
  Ref<GstElement> reader;       ///< as SourceBin's
  Ref<GstElement> file_sink;    ///< isrfilesink; none without files
  std::string extension;        ///< of the files, where isrsplit does not say
};

struct RecordingPipeline {
  Ref<GstElement> pipeline;
  Ref<GstElement> sink;  ///< splitmuxsink; its files have no names yet; none without files
  std::string origin;    ///< where the audio comes from, without secrets
  RecordingElements elements;
};

struct RecordingPipelineOptions {
  Cause begin = Cause::kStart;            ///< of the first file
  std::shared_ptr<FrameHistory> history;  ///< of a coded source; none: repeats are not looked for
  std::shared_ptr<FrameTap> tap;          ///< hears the frames of a coded source; may be none
  std::shared_ptr<AudioTap> live_tap;     ///< hears any source; may be none
  std::shared_ptr<FrameTap> memory;       ///< keeps all that comes, and there are no files
};

/// The pipeline of one run of a source,
///
///     source ! isrsplit [! isrlevel] ! splitmuxsink (isrmux, isrfilesink)
///
/// where PCM passes isrlevel and somebody else hears coded frames. What is kept in memory alone
/// ends in a fakesink. Throws Error when the source or an element cannot be made.
RecordingPipeline BuildRecordingPipeline(const SourceSettings& settings,
                                         const RecordingPipelineOptions& options);

}  // namespace isr
