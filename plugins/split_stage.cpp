#include "plugins/split_stage.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace isr {
namespace {

bool IsRawAudio(GstCaps* caps) {
  return gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw");
}

std::uint64_t HashOf(GstBuffer* buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return 0;
  const std::uint64_t hash = FrameHistory::HashOf({map.data, map.size});
  gst_buffer_unmap(buffer, &map);
  return hash;
}

}  // namespace

SplitStage::SplitStage(Options options, const Clock& clock, const TimeZone& zone, Output& output)
    : options_(std::move(options)), clock_(clock), zone_(zone), output_(output) {}

bool SplitStage::SetCaps(GstCaps* caps) {
  int rate = 0;
  int bytes_per_frame = 0;
  if (IsRawAudio(caps)) {
    GstAudioInfo info;
    if (!gst_audio_info_from_caps(&info, caps)) return false;
    rate = GST_AUDIO_INFO_RATE(&info);
    bytes_per_frame = GST_AUDIO_INFO_BPF(&info);
  } else if (!gst_structure_get_int(gst_caps_get_structure(caps, 0), "rate", &rate)) {
    return false;
  }
  if (rate <= 0) return false;
  if (planner_.has_value()) return rate == rate_ && bytes_per_frame == bytes_per_frame_;

  rate_ = rate;
  bytes_per_frame_ = bytes_per_frame;
  const auto kind = bytes_per_frame > 0 ? ClockMap::Kind::kCard : ClockMap::Kind::kNetwork;
  planner_.emplace(SplitPlanner::Options{.rate = rate, .interval = options_.interval, .kind = kind},
                   zone_);
  return true;
}

/// 0 for what carries no audio: empty buffers, and the headers of coded streams, which muxers take
/// from the caps and splitmuxsink cannot time.
std::uint64_t SplitStage::FramesOf(GstBuffer* buffer) const {
  if (bytes_per_frame_ > 0) {
    return gst_buffer_get_size(buffer) / static_cast<unsigned>(bytes_per_frame_);
  }
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER)) return 0;
  if (!GST_BUFFER_DURATION_IS_VALID(buffer)) return 0;
  return gst_util_uint64_scale_round(GST_BUFFER_DURATION(buffer), static_cast<unsigned>(rate_),
                                     GST_SECOND);
}

GstFlowReturn SplitStage::Take(Ref<GstBuffer> buffer) {
  if (!planner_.has_value()) return GST_FLOW_NOT_NEGOTIATED;
  const std::uint64_t frames = FramesOf(buffer.Get());
  if (frames == 0) return GST_FLOW_OK;
  CountLost(buffer.Get(), frames);
  Observe(frames);
  if (Drop(frames)) return GST_FLOW_OK;
  if (settled_) return Emit(buffer.Get());
  held_.push_back(std::move(buffer));
  return Settling(clock_.Monotonic()) ? GST_FLOW_OK : ReleaseHeld();
}

/// Sources that count what they capture leave a hole in the buffer offsets where the driver
/// overran: that much audio is lost, and time has passed for it.
void SplitStage::CountLost(GstBuffer* buffer, std::uint64_t frames) {
  if (bytes_per_frame_ == 0 || !GST_BUFFER_OFFSET_IS_VALID(buffer)) return;
  const std::uint64_t offset = GST_BUFFER_OFFSET(buffer);
  const std::uint64_t expected = std::exchange(next_offset_, offset + frames).value_or(offset);
  if (offset <= expected) return;
  taken_ += offset - expected;
  Skip(offset - expected, "xrun");
}

/// Writes down a gap that ends with the frame to come.
void SplitStage::Skip(std::uint64_t frames, const char* cause) {
  const UtcTime start = planner_->UtcAt(passed_ + skipped_);
  output_.Post(gst_structure_new("isr-gap", "frame", G_TYPE_UINT64, passed_.load(), "missing",
                                 G_TYPE_UINT64, frames, "rate", G_TYPE_INT, rate_, "start-utc",
                                 G_TYPE_INT64, gint64{start.time_since_epoch().count()}, "cause",
                                 G_TYPE_STRING, cause, nullptr));
  skipped_ += frames;
}

/// While nobody can take it, audio is let go here, where it is counted: what is lost further down
/// would shift everything after it. Whether these frames were dropped.
bool SplitStage::Drop(std::uint64_t frames) {
  if (dropping_ && files_ > 0) {
    dropped_ += frames;
    return true;
  }
  if (dropped_ == 0) return false;
  Skip(std::exchange(dropped_, 0), "disk-full");
  BeginFile("disk-full");
  return false;
}

void SplitStage::Observe(std::uint64_t frames) {
  const MonotonicTime now = clock_.Monotonic();
  if (!first_arrival_.has_value()) first_arrival_ = now;
  taken_ += frames;
  last_arrival_ = now.time_since_epoch().count();
  const auto step = planner_->Observe(taken_, now, clock_.Utc());
  if (step == std::chrono::microseconds(0)) return;
  output_.Post(gst_structure_new("isr-clock-step", "microseconds", G_TYPE_INT64,
                                 gint64{step.count()}, nullptr));
}

bool SplitStage::Settling(MonotonicTime now) const {
  return now - *first_arrival_ < options_.settle;
}

GstFlowReturn SplitStage::ReleaseHeld() {
  settled_ = true;
  if (options_.history != nullptr) DropRepeated();
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && !held_.empty()) {
    const Ref<GstBuffer> buffer = std::move(held_.front());
    held_.pop_front();
    flow = Emit(buffer.Get());
  }
  return flow;
}

/// After a reconnect a server may burst audio that we have already: drops exactly that.
void SplitStage::DropRepeated() {
  FrameHistory& history = *options_.history;
  std::vector<std::uint64_t> hashes;
  for (const auto& buffer : held_) hashes.push_back(HashOf(buffer.Get()));
  if (hashes.empty()) return;
  const auto duration = std::chrono::nanoseconds(GST_BUFFER_DURATION(held_.front().Get()));
  const auto repeated =
      history.FindOverlap(hashes, history.End() - planner_->UtcAt(0),
                          std::chrono::round<std::chrono::microseconds>(duration));
  if (repeated == 0) history.Clear();
  joined_ = repeated > 0;
  for (std::size_t i = 0; i < repeated; ++i) {
    skipped_ += FramesOf(held_.front().Get());
    held_.pop_front();
  }
}

void SplitStage::Remember(GstBuffer* frame) {
  const auto duration = std::chrono::nanoseconds(GST_BUFFER_DURATION(frame));
  options_.history->Add(HashOf(frame), std::chrono::round<std::chrono::microseconds>(duration));
  options_.history->SetEnd(planner_->UtcAt(passed_ + skipped_));
}

GstFlowReturn SplitStage::Emit(GstBuffer* buffer) {
  const std::uint64_t frames = FramesOf(buffer);
  std::uint64_t done = 0;
  while (done < frames) {
    if (files_ == 0) {
      BeginFile(options_.begin_cause.c_str());
    } else if (planner_->BoundaryFrame() <= passed_ + skipped_ && passed_ > file_begin_) {
      BeginFile("boundary");
    }
    std::uint64_t count = frames - done;
    const std::uint64_t boundary = planner_->BoundaryFrame();
    const std::uint64_t here = passed_ + skipped_;
    if (bytes_per_frame_ > 0 && boundary > here) count = std::min(count, boundary - here);
    const GstFlowReturn flow = EmitPart(buffer, done, count);
    if (flow != GST_FLOW_OK) return flow;
    done += count;
  }
  return GST_FLOW_OK;
}

/// Pushes `count` frames of `buffer` from frame `offset` on, stamped from the count alone.
GstFlowReturn SplitStage::EmitPart(GstBuffer* buffer, std::uint64_t offset, std::uint64_t count) {
  Ref<GstBuffer> part;
  if (bytes_per_frame_ > 0) {
    const auto stride = static_cast<gsize>(bytes_per_frame_);
    part = Ref<GstBuffer>::Adopt(gst_buffer_copy_region(
        buffer,
        static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_META |
                                        GST_BUFFER_COPY_MEMORY),
        offset * stride, count * stride));
  } else {
    part = Ref<GstBuffer>::Adopt(gst_buffer_copy(buffer));
  }
  const std::uint64_t end = passed_ + count;
  GST_BUFFER_PTS(part.Get()) = TimeOf(passed_);
  GST_BUFFER_DTS(part.Get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(part.Get()) = TimeOf(end) - TimeOf(passed_);
  GST_BUFFER_OFFSET(part.Get()) = passed_;
  GST_BUFFER_OFFSET_END(part.Get()) = end;
  GST_BUFFER_FLAG_UNSET(part.Get(), GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_RESYNC);
  passed_ = end;
  if (options_.history != nullptr && bytes_per_frame_ == 0) Remember(part.Get());
  return output_.Push(std::move(part));
}

void SplitStage::BeginFile(const char* cause) {
  const std::uint64_t here = passed_ + skipped_;
  const UtcTime start = planner_->UtcAt(here);
  output_.Post(gst_structure_new(
      "isr-file", "number", G_TYPE_UINT, files_, "running-time", G_TYPE_UINT64, TimeOf(passed_),
      "frame", G_TYPE_UINT64, passed_.load(), "rate", G_TYPE_INT, rate_, "start-utc", G_TYPE_INT64,
      gint64{start.time_since_epoch().count()}, "utc-offset", G_TYPE_INT,
      static_cast<int>(planner_->UtcOffsetAt(start).count()), "cause", G_TYPE_STRING, cause,
      "joined", G_TYPE_BOOLEAN, files_ == 0 && joined_, "synced", G_TYPE_BOOLEAN, clock_.IsSynced(),
      "ppm", G_TYPE_DOUBLE, planner_->RateErrorPpm(), nullptr));
  // splitmuxsink begins its first file by itself; asking for it makes a stray one.
  if (files_ > 0) output_.RequestSplit(TimeOf(passed_));
  planner_->FileBegins(here);
  file_begin_ = passed_;
  ++files_;
}

GstClockTime SplitStage::TimeOf(std::uint64_t frame) const {
  return gst_util_uint64_scale(frame, GST_SECOND, static_cast<unsigned>(rate_));
}

bool SplitStage::Finish() {
  if (!settled_) ReleaseHeld();
  if (files_ == 0) return false;
  if (dropped_ > 0) Skip(std::exchange(dropped_, 0), "disk-full");
  const UtcTime end = planner_->UtcAt(passed_ + skipped_);
  output_.Post(gst_structure_new("isr-end", "frame", G_TYPE_UINT64, passed_.load(), "end-utc",
                                 G_TYPE_INT64, gint64{end.time_since_epoch().count()}, "synced",
                                 G_TYPE_BOOLEAN, clock_.IsSynced(), "ppm", G_TYPE_DOUBLE,
                                 planner_->RateErrorPpm(), nullptr));
  return true;
}

}  // namespace isr
