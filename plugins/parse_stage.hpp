#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gst/gst.h>

#include "format/bytes.hpp"
#include "format/frame.hpp"
#include "format/icy.hpp"
#include "glib/ref.hpp"
#include "plugins/frame_table.hpp"

namespace isr {

/// What isrparse does with the bytes of one run: finds out what they are, cuts them into frames,
/// and passes the frames on, as many to a buffer as came in one piece. Streaming thread only.
class ParseStage {
 public:
  /// Where frames and facts go.
  class Output {
   public:
    virtual ~Output() = default;
    virtual void SetCaps(GstCaps* caps) = 0;
    virtual GstFlowReturn Push(Ref<GstBuffer> frames) = 0;
    virtual void SendTitle(GstStructure* title) = 0;     ///< transfer full
    virtual void Post(GstStructure* facts) = 0;          ///< transfer full
    virtual void Fail(const std::string& sentence) = 0;  ///< the stream cannot go on
  };

  explicit ParseStage(Output& output) : output_(output) {}

  /// What to take it for where the bytes themselves do not say: FLAC that is joined in the middle.
  void SetHint(Codec codec) { hint_ = codec; }
  /// ICY metadata stands between every `interval` bytes of it.
  void SetIcyInterval(std::uint32_t interval) { icy_.emplace(interval); }

  GstFlowReturn Take(ByteView bytes);
  /// The stream has ended: passes on what was held back.
  void Finish();

 private:
  GstFlowReturn TakeAudio(ByteView bytes);
  bool FindOut(ByteView bytes, bool ended);
  GstFlowReturn PassOn();
  void Add(const Frame& frame);
  void BeginFormat(const CodedFormat& format);
  void SendTitle(const std::string& text, const std::string& raw);
  GstClockTime TimeOf(std::uint64_t sample) const;
  GstFlowReturn Flush();

  Output& output_;
  std::optional<Codec> hint_;
  std::optional<IcyReader> icy_{std::in_place, 0};
  std::unique_ptr<Framer> framer_;  ///< none until it is known what comes
  Bytes unknown_;                   ///< what came before that
  std::optional<CodedFormat> format_;
  GstClockTime begin_ = 0;     ///< of the format
  std::uint64_t passed_ = 0;   ///< samples of the format
  std::uint64_t garbage_ = 0;  ///< bytes in no frame, said once
  Bytes frames_;               ///< gathered for the next buffer
  std::vector<FrameEntry> entries_;
  std::uint64_t samples_ = 0;  ///< in `entries_`
  bool titled_ = false;        ///< a title was told
  bool failed_ = false;
};

}  // namespace isr
