#include "plugins/split_stage.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "media/coded_caps.hpp"

namespace isr {
namespace {

bool IsRawAudio(GstCaps* caps) {
  return gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-raw");
}

std::vector<std::uint64_t> HashesOf(GstBuffer* buffer, const std::vector<FrameEntry>& entries) {
  std::vector<std::uint64_t> hashes;
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return hashes;
  std::span<const std::uint8_t> bytes(map.data, map.size);
  for (const FrameEntry& entry : entries) {
    hashes.push_back(FrameHistory::HashOf(bytes.first(entry.bytes)));
    bytes = bytes.subspan(entry.bytes);
  }
  gst_buffer_unmap(buffer, &map);
  return hashes;
}

std::uint64_t SamplesIn(std::span<const FrameEntry> entries) {
  std::uint64_t samples = 0;
  for (const FrameEntry& entry : entries) samples += entry.samples;
  return samples;
}

}  // namespace

SplitStage::SplitStage(Options options, const Clock& clock, const TimeZone& zone, Output& output)
    : options_(std::move(options)), clock_(clock), zone_(zone), output_(output) {}

bool SplitStage::SetCaps(GstCaps* caps) {
  int rate = 0;
  int bytes_per_frame = 0;
  PcmLayout pcm;
  if (IsRawAudio(caps)) {
    GstAudioInfo info;
    if (!gst_audio_info_from_caps(&info, caps)) return false;
    pcm = {.rate = GST_AUDIO_INFO_RATE(&info),
           .channels = GST_AUDIO_INFO_CHANNELS(&info),
           .bits = GST_AUDIO_INFO_WIDTH(&info)};
    rate = GST_AUDIO_INFO_RATE(&info);
    bytes_per_frame = GST_AUDIO_INFO_BPF(&info);
  } else if (!gst_structure_get_int(gst_caps_get_structure(caps, 0), "rate", &rate)) {
    return false;
  }
  if (rate <= 0) return false;
  if (planner_.has_value()) {
    if (bytes_per_frame != bytes_per_frame_) return false;
    const bool is_same = caps_ && gst_caps_is_equal(caps, caps_.Get()) != FALSE;
    if (bytes_per_frame > 0) return rate == rate_;
    if (!is_same) ChangeFormat(rate);
    caps_ = Ref<GstCaps>::Share(caps);
    return true;
  }

  caps_ = Ref<GstCaps>::Share(caps);
  rate_ = rate;
  bytes_per_frame_ = bytes_per_frame;
  pcm_ = pcm;
  const auto kind = bytes_per_frame > 0 ? ClockMap::Kind::kCard : ClockMap::Kind::kNetwork;
  planner_.emplace(SplitPlanner::Options{.rate = rate, .interval = options_.interval, .kind = kind},
                   zone_);
  return true;
}

/// What was held belongs to the old format. The planner's frames have one length: a new one goes on
/// from here.
void SplitStage::ChangeFormat(int rate) {
  if (!settled_ && !held_.empty()) ReleaseHeld();
  if (dropped_ > 0) Skip(std::exchange(dropped_, 0), "disk-full");
  if (taken_ > 0) planner_ = planner_->GoOnAt(rate, Here());
  base_time_ = TimeOf(passed_);
  base_ = passed_;
  origin_ = passed_ + skipped_;
  rate_ = rate;
  tap_knows_format_ = false;
  if (taken_ > 0) next_cause_ = "format-change";
}

/// Empty buffers, and the headers of coded streams, which muxers take from the caps and
/// splitmuxsink cannot time.
bool SplitStage::HasAudio(GstBuffer* buffer) const {
  if (bytes_per_frame_ > 0) return FramesOf(buffer) > 0;
  return !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) &&
         !FramesIn(buffer, rate_).empty();
}

std::uint64_t SplitStage::FramesOf(GstBuffer* buffer) const {
  if (bytes_per_frame_ == 0) return SamplesIn(FramesIn(buffer, rate_));
  return gst_buffer_get_size(buffer) / static_cast<unsigned>(bytes_per_frame_);
}

GstFlowReturn SplitStage::Take(Ref<GstBuffer> buffer) {
  if (!planner_.has_value()) return GST_FLOW_NOT_NEGOTIATED;
  if (!HasAudio(buffer.Get())) return GST_FLOW_OK;
  const std::uint64_t frames = FramesOf(buffer.Get());
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
  PostGap(passed_ + skipped_, frames, cause);
  skipped_ += frames;
}

/// `at`: of the frames that the source made, the first that is missing.
void SplitStage::PostGap(std::uint64_t at, std::uint64_t frames, const char* cause) {
  const UtcTime start = planner_->UtcAt(at - origin_);
  output_.Post(gst_structure_new(
      "isr-gap", "frame", G_TYPE_UINT64, guint64{at - std::min(at, skipped_)}, "missing",
      G_TYPE_UINT64, frames, "rate", G_TYPE_INT, rate_, "start-utc", G_TYPE_INT64,
      gint64{start.time_since_epoch().count()}, "cause", G_TYPE_STRING, cause, nullptr));
}

/// What the driver lost shows only some seconds later: what came since was too early by as much.
void SplitStage::CountSilentLoss(const SplitPlanner::Loss& loss) {
  PostGap(loss.before + origin_, loss.missing, "xrun");
  taken_ += loss.missing;
  skipped_ += loss.missing;
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
  next_cause_ = "disk-full";
  return false;
}

void SplitStage::Observe(std::uint64_t frames) {
  const MonotonicTime now = clock_.Monotonic();
  if (!first_arrival_.has_value()) first_arrival_ = now;
  taken_ += frames;
  last_arrival_ = now.time_since_epoch().count();
  const auto observed = planner_->Observe(taken_ - origin_, now, clock_.Utc());
  if (observed.loss) CountSilentLoss(*observed.loss);
  if (observed.step == std::chrono::microseconds(0)) return;
  output_.Post(gst_structure_new("isr-clock-step", "microseconds", G_TYPE_INT64,
                                 gint64{observed.step.count()}, nullptr));
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
  std::vector<FrameEntry> entries;
  std::vector<std::uint64_t> hashes;
  for (const auto& buffer : held_) {
    const auto some = FramesIn(buffer.Get(), rate_);
    const auto their_hashes = HashesOf(buffer.Get(), some);
    entries.insert(entries.end(), some.begin(), some.end());
    hashes.insert(hashes.end(), their_hashes.begin(), their_hashes.end());
  }
  if (entries.empty()) return;
  const std::size_t repeated = history.FindOverlap(hashes, history.End() - planner_->UtcAt(Here()),
                                                   Duration(entries.front().samples));
  if (repeated == 0) history.Clear();
  joined_ = repeated > 0;
  skipped_ += SamplesIn(std::span(entries).first(repeated));
  DropHeldFrames(repeated);
}

void SplitStage::DropHeldFrames(std::size_t count) {
  while (count > 0) {
    const Ref<GstBuffer> buffer = std::move(held_.front());
    held_.pop_front();
    const auto entries = FramesIn(buffer.Get(), rate_);
    if (entries.size() > count) {
      held_.push_front(SliceFrames(buffer.Get(), entries, count, entries.size() - count));
      return;
    }
    count -= entries.size();
  }
}

/// A file begins here, if it is the first or a boundary is reached.
void SplitStage::BeginFileIfDue() {
  const char* const cause = std::exchange(next_cause_, nullptr);
  if (files_ == 0) {
    BeginFile(options_.begin_cause.c_str());
  } else if (cause != nullptr) {
    BeginFile(cause);
  } else if (planner_->BoundaryFrame() <= Here() && passed_ > file_begin_) {
    BeginFile("boundary");
  }
}

GstFlowReturn SplitStage::Emit(GstBuffer* buffer) {
  return bytes_per_frame_ > 0 ? EmitPcm(buffer) : EmitCoded(buffer);
}

/// Cuts at the sample of each boundary.
GstFlowReturn SplitStage::EmitPcm(GstBuffer* buffer) {
  constexpr auto kParts = static_cast<GstBufferCopyFlags>(
      GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_META | GST_BUFFER_COPY_MEMORY);
  const auto stride = static_cast<gsize>(bytes_per_frame_);
  const std::uint64_t frames = FramesOf(buffer);
  GstFlowReturn flow = GST_FLOW_OK;
  for (std::uint64_t done = 0; flow == GST_FLOW_OK && done < frames;) {
    BeginFileIfDue();
    std::uint64_t count = frames - done;
    const std::uint64_t boundary = planner_->BoundaryFrame();
    const std::uint64_t here = Here();
    if (boundary > here) count = std::min(count, boundary - here);
    auto part = Ref<GstBuffer>::Adopt(
        gst_buffer_copy_region(buffer, kParts, done * stride, count * stride));
    flow = PushStamped(std::move(part), count);
    done += count;
  }
  return flow;
}

/// Cuts before the first coded frame at or after each boundary.
GstFlowReturn SplitStage::EmitCoded(GstBuffer* buffer) {
  const auto entries = FramesIn(buffer, rate_);
  if (options_.history != nullptr) Remember(buffer, entries);
  GstFlowReturn flow = GST_FLOW_OK;
  for (std::size_t done = 0; flow == GST_FLOW_OK && done < entries.size();) {
    BeginFileIfDue();
    const std::uint64_t boundary = planner_->BoundaryFrame();
    const std::uint64_t here = Here();
    std::size_t count = 0;
    std::uint64_t samples = 0;
    do {
      samples += entries[done + count].samples;
      ++count;
    } while (done + count < entries.size() && here + samples < boundary);
    flow = PushStamped(SliceFrames(buffer, entries, done, count), samples);
    done += count;
  }
  return flow;
}

/// What is recorded, to whoever listens along.
void SplitStage::LetHear(GstBuffer* part) {
  const bool is_pcm = bytes_per_frame_ > 0;
  if (!std::exchange(tap_knows_format_, true)) {
    if (is_pcm) {
      options_.tap->OnPcmFormat(pcm_);
    } else if (const auto format = FormatOfCaps(caps_.Get())) {
      options_.tap->OnFormat(*format);
    }
  }
  if (begun_.has_value()) options_.tap->OnFile(files_ - 1);
  GstMapInfo map;
  if (!gst_buffer_map(part, &map, GST_MAP_READ)) return;
  if (is_pcm) {
    options_.tap->OnPcmFrames({map.data, map.size});
  } else {
    options_.tap->OnFrames({map.data, map.size}, FramesIn(part, rate_));
  }
  gst_buffer_unmap(part, &map);
}

void SplitStage::Remember(GstBuffer* buffer, const std::vector<FrameEntry>& entries) {
  const auto hashes = HashesOf(buffer, entries);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    options_.history->Add(hashes[i], Duration(entries[i].samples));
  }
  options_.history->SetEnd(planner_->UtcAt(Here() + SamplesIn(entries)));
}

std::chrono::microseconds SplitStage::Duration(std::uint64_t frames) const {
  return std::chrono::microseconds(LengthOf(frames) / GST_USECOND);
}

/// Pushes what follows, `count` frames, stamped from the count alone.
GstFlowReturn SplitStage::PushStamped(Ref<GstBuffer> part, std::uint64_t count) {
  const std::uint64_t end = passed_ + count;
  GST_BUFFER_PTS(part.Get()) = TimeOf(passed_);
  GST_BUFFER_DTS(part.Get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(part.Get()) = TimeOf(end) - TimeOf(passed_);
  GST_BUFFER_OFFSET(part.Get()) = passed_;
  GST_BUFFER_OFFSET_END(part.Get()) = end;
  GST_BUFFER_FLAG_UNSET(part.Get(), GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_RESYNC);
  PostTitles();
  if (options_.tap != nullptr) LetHear(part.Get());
  if (begun_.has_value()) AddFileStart(part.Get(), *std::exchange(begun_, std::nullopt));
  passed_ = end;
  origin_utc_ = (planner_->UtcAt(Here()) - Duration(end)).time_since_epoch().count();
  return output_.Push(std::move(part));
}

void SplitStage::TakeTitle(Ref<GstStructure> title) {
  titles_.push_back({.frame = taken_, .title = std::move(title)});
}

void SplitStage::PostTitles() {
  while (!titles_.empty() && titles_.front().frame <= passed_ + skipped_) {
    GstStructure* const title = titles_.front().title.Release();
    gst_structure_set(title, "running-time", G_TYPE_UINT64, TimeOf(passed_), nullptr);
    titles_.pop_front();
    output_.Post(title);
  }
}

void SplitStage::BeginFile(const char* cause) {
  const std::uint64_t here = Here();
  const UtcTime start = planner_->UtcAt(here);
  GstStructure* const facts = gst_structure_new(
      "isr-file", "number", G_TYPE_UINT, files_, "running-time", G_TYPE_UINT64, TimeOf(passed_),
      "frame", G_TYPE_UINT64, passed_.load(), "rate", G_TYPE_INT, rate_, "start-utc", G_TYPE_INT64,
      gint64{start.time_since_epoch().count()}, "utc-offset", G_TYPE_INT,
      static_cast<int>(planner_->UtcOffsetAt(start).count()), "cause", G_TYPE_STRING, cause,
      "joined", G_TYPE_BOOLEAN, files_ == 0 && joined_, "synced", G_TYPE_BOOLEAN, clock_.IsSynced(),
      "ppm", G_TYPE_DOUBLE, planner_->RateErrorPpm(), nullptr);
  if (const auto format = FormatOfCaps(caps_.Get())) {
    gst_structure_set(facts, "extension", G_TYPE_STRING, ExtensionOf(format->codec), nullptr);
  }
  output_.Post(facts);
  // splitmuxsink begins its first file by itself; asking for it makes a stray one.
  if (files_ > 0) output_.RequestSplit(TimeOf(passed_));
  begun_ = FileStart{.utc = start, .utc_offset = planner_->UtcOffsetAt(start)};
  planner_->FileBegins(here);
  file_begin_ = passed_;
  ++files_;
}

GstClockTime SplitStage::LengthOf(std::uint64_t frames) const {
  return gst_util_uint64_scale(frames, GST_SECOND, static_cast<unsigned>(rate_));
}

/// Running time of a frame of this format.
GstClockTime SplitStage::TimeOf(std::uint64_t frame) const {
  return base_time_ + LengthOf(frame - base_);
}

bool SplitStage::Finish() {
  if (!settled_) ReleaseHeld();
  if (files_ == 0) return false;
  if (dropped_ > 0) Skip(std::exchange(dropped_, 0), "disk-full");
  const UtcTime end = planner_->UtcAt(Here());
  output_.Post(gst_structure_new("isr-end", "frame", G_TYPE_UINT64, passed_.load(), "end-utc",
                                 G_TYPE_INT64, gint64{end.time_since_epoch().count()}, "synced",
                                 G_TYPE_BOOLEAN, clock_.IsSynced(), "ppm", G_TYPE_DOUBLE,
                                 planner_->RateErrorPpm(), nullptr));
  return true;
}

}  // namespace isr
