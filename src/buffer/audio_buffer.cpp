#include "buffer/audio_buffer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "buffer/record_framer.hpp"

namespace isr {
namespace {

/// What is kept for holds, in lengths of the buffer.
constexpr double kMostHeld = 3;

/// Seconds, so much later may audio come.
constexpr double kLag = 5;

/// Of what comes coded nobody knows how much it will be. No stream is fatter.
constexpr double kMostCodedBytes = 1e6;  // a second
constexpr std::size_t kCodedBlock = 6656;

/// Blocks that a buffer has: what is in only one end of the first and the last is wasted.
constexpr double kBlocks = 256;
constexpr std::size_t kSmallestBlock = 4096;
constexpr std::size_t kLargestBlock = std::size_t{1} << 18U;

/// Sample frames that are encoded at once.
constexpr std::uint64_t kFlacBlock = 4096;

/// Bytes that are copied at once, while others wait.
constexpr std::size_t kMostRead = 65536;

double Capacity(const AudioBuffer::Options& options) {
  return options.seconds * options.pcm.rate * options.pcm.FrameBytes();
}

std::size_t BlockBytes(const AudioBuffer::Options& options) {
  if (options.pcm.rate == 0) return kCodedBlock;
  const double wanted = Capacity(options) / kBlocks / (options.as_flac ? 2 : 1);
  return std::clamp(static_cast<std::size_t>(wanted), kSmallestBlock, kLargestBlock);
}

/// That are needed to hold the wanted seconds, wherever in the first one they begin. How many FLAC
/// takes shows only when it comes.
std::size_t BlocksOf(const AudioBuffer::Options& options) {
  if (options.pcm.rate == 0 || options.as_flac) return 0;
  return static_cast<std::size_t>(
             std::ceil(Capacity(options) / static_cast<double>(BlockBytes(options)))) +
         1;
}

std::int64_t Length(std::uint64_t frames, int rate) {
  return std::llround(static_cast<double>(frames) * 1e6 / rate);
}

CodedFormat FlacFormat(const PcmLayout& pcm) {
  const FlacStreamInfo info{.rate = pcm.rate, .channels = pcm.channels, .bits = pcm.bits};
  return {.codec = Codec::kFlac,
          .rate = pcm.rate,
          .channels = pcm.channels,
          .bits = pcm.bits,
          .headers = {BuildFlacStreamInfo(info)}};
}

}  // namespace

AudioBuffer::AudioBuffer(const Options& options)
    : options_(options), blocks_(BlockBytes(options), BlocksOf(options)) {}

std::shared_ptr<AudioBuffer::Run> AudioBuffer::BeginRun() {
  const std::lock_guard lock(mutex_);
  run_has_frames_ = false;
  next_.reset();
  return std::make_shared<Run>(shared_from_this(), ++run_);
}

void AudioBuffer::Run::Begin(const Segment& segment, std::uint64_t first_frame) {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ == buffer_->run_) buffer_->next_ = Announced{segment, first_frame};
}

std::optional<std::uint64_t> AudioBuffer::Run::Frames() const {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ != buffer_->run_ || !buffer_->run_has_frames_) return std::nullopt;
  const Piece& last = buffer_->pieces_.back();
  const auto channels = static_cast<std::size_t>(std::max(buffer_->options_.pcm.channels, 1));
  return last.first_frame + static_cast<std::uint64_t>(last.held.segment.frames) +
         buffer_->pending_.size() / channels;
}

void AudioBuffer::Run::OnFormat(const CodedFormat& format) {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ == buffer_->run_) buffer_->coding_ = format;
}

void AudioBuffer::Run::OnPcmFormat(const PcmLayout& layout) {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ == buffer_->run_) buffer_->coding_ = layout;
}

void AudioBuffer::Run::OnFrames(ByteView bytes, std::span<const FrameEntry> entries) {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ != buffer_->run_) return;
  buffer_->BeginPiece();
  for (const FrameEntry& entry : entries) {
    buffer_->AddFrame(bytes.first(entry.bytes), entry.samples);
    bytes = bytes.subspan(entry.bytes);
  }
}

void AudioBuffer::Run::OnPcmFrames(ByteView bytes) {
  const std::lock_guard lock(buffer_->mutex_);
  if (number_ != buffer_->run_) return;
  buffer_->BeginPiece();
  if (buffer_->options_.as_flac) {
    buffer_->AddSamples(bytes);
  } else {
    buffer_->AddPcm(bytes);
  }
}

/// The first audio of a run, or after a boundary.
void AudioBuffer::BeginPiece() {
  if (!next_) return;
  Encode();
  Piece piece{.held = {.segment = std::move(next_->segment),
                       .coding = coding_,
                       .begin = blocks_.End(),
                       .end = blocks_.End()},
              .run = run_,
              .first_frame = next_->first_frame,
              .time = Now()};
  piece.held.segment.frames = 0;
  if (const auto* pcm = std::get_if<PcmLayout>(&coding_)) {
    piece.held.segment.format = options_.as_flac ? "flac" : "wav";
    if (options_.as_flac) piece.held.coding = FlacFormat(*pcm);
  }
  last_.reset();
  pieces_.push_back(std::move(piece));
  next_.reset();
  run_has_frames_ = true;
}

std::int64_t AudioBuffer::Now() const {
  if (pieces_.empty()) return 0;
  const Piece& last = pieces_.back();
  return last.time +
         Length(static_cast<std::uint64_t>(last.held.segment.frames), last.held.segment.rate);
}

/// Has room for the first byte of a record, and remembers it where a block begins.
void AudioBuffer::StartRecord() {
  if (blocks_.IsFull()) MakeRoom();
  if (!blocks_.BeginsBlock()) return;
  last_.reset();
  blocks_.MarkRecord(static_cast<std::uint64_t>(pieces_.back().held.segment.frames), Now(),
                     other_bytes_);
}

void AudioBuffer::Write(ByteView bytes) {
  while (!bytes.empty()) {
    if (blocks_.IsFull()) MakeRoom();
    bytes = bytes.subspan(blocks_.Write(bytes));
  }
  pieces_.back().held.end = blocks_.End();
}

/// As many frames at once as begin in one block.
void AudioBuffer::AddPcm(ByteView bytes) {
  HeldSegment& held = pieces_.back().held;
  const std::size_t frame_bytes = std::get<PcmLayout>(held.coding).FrameBytes();
  while (bytes.size() >= frame_bytes) {
    StartRecord();
    const std::size_t room = blocks_.BlockEnd(blocks_.Blocks() - 1) - blocks_.End();
    const std::size_t frames =
        std::min((room + frame_bytes - 1) / frame_bytes, bytes.size() / frame_bytes);
    Write(bytes.first(frames * frame_bytes));
    bytes = bytes.subspan(frames * frame_bytes);
    pieces_.back().held.segment.frames += static_cast<std::int64_t>(frames);
  }
}

void AudioBuffer::AddFrame(ByteView bytes, std::uint32_t samples) {
  StartRecord();
  head_.clear();
  AppendRecordHead(head_, {static_cast<std::uint32_t>(bytes.size()), samples}, last_);
  Write(head_);
  other_bytes_ += static_cast<std::uint32_t>(head_.size());
  Write(bytes);
  pieces_.back().held.segment.frames += samples;
}

void AudioBuffer::AddSamples(ByteView pcm) {
  const PcmLayout& layout = options_.pcm;
  AppendSamples(pending_, pcm, layout.bits);
  if (pending_.size() >= kFlacBlock * static_cast<std::size_t>(layout.channels)) Encode();
}

void AudioBuffer::Encode() {
  if (pending_.empty()) return;
  const PcmLayout& layout = options_.pcm;
  const FlacStreamInfo info{.rate = layout.rate, .channels = layout.channels, .bits = layout.bits};
  for (const EncodedFlacFrame& frame : EncodeFlacFrames(info, pending_)) {
    AddFrame(frame.bytes, frame.samples);
  }
  pending_.clear();
}

void AudioBuffer::MakeRoom() {
  while (blocks_.Blocks() > 1 && MayDrop()) blocks_.DropBlock();
  TrimFront();
  blocks_.AddBlock();
}

/// Whether the first block is wanted no more, or is too much.
bool AudioBuffer::MayDrop() const {
  const auto second = blocks_.FirstRecord(1);
  const double left =
      second ? static_cast<double>(Now() - second->time) / 1e6 : 0.0;  // seconds without it
  if (options_.pcm.rate == 0 && static_cast<double>(blocks_.End() - blocks_.Begin()) >
                                    kMostCodedBytes * (options_.seconds + 1)) {
    return true;
  }
  if (left < options_.seconds) return false;
  const bool is_held = !floors_.empty() && *floors_.begin() < blocks_.BlockEnd(0);
  return !is_held || left > kMostHeld * options_.seconds + kLag;
}

/// Lets go of what began in blocks that are no more.
void AudioBuffer::TrimFront() {
  const auto first = blocks_.FirstRecord(0);
  const std::uint64_t begin = first ? first->offset : blocks_.End();
  while (pieces_.size() > 1 && pieces_.front().held.end <= begin) pieces_.pop_front();
  if (pieces_.empty() || pieces_.front().held.begin >= begin || !first) return;
  pieces_.front().held.begin = begin;
  pieces_.front().held.dropped = first->frame;
}

MemoryFill AudioBuffer::Fill() const {
  const std::lock_guard lock(mutex_);
  const auto first = blocks_.FirstRecord(0);
  return {.seconds = first ? static_cast<double>(Now() - first->time) / 1e6 : 0.0,
          .capacity = options_.seconds,
          .bytes = first ? static_cast<std::size_t>(blocks_.End() - first->offset) -
                               (other_bytes_ - first->other)
                         : 0,
          .memory = blocks_.Memory() + pending_.capacity() * sizeof(pending_[0]) + sizeof(*this)};
}

void AudioBuffer::NoteGap(const Gap& gap) {
  constexpr std::size_t kMostGaps = 1000;
  const std::lock_guard lock(mutex_);
  if (gaps_.size() == kMostGaps) gaps_.pop_front();
  gaps_.push_back(gap);
}

std::shared_ptr<const AudioBuffer::Hold> AudioBuffer::Keep(double seconds) {
  std::uint64_t floor = 0;
  std::optional<BlockQueue::Mark> from;
  {
    const std::lock_guard lock(mutex_);
    floor = blocks_.Begin();
    const std::int64_t wanted = Now() - std::llround(seconds * 1e6);
    for (std::size_t i = 1; i < blocks_.Blocks(); ++i) {
      const auto record = blocks_.FirstRecord(i);
      if (!record || record->time > wanted) break;
      floor = record->offset;
      from = *record;
    }
    floors_.insert(floor);
  }
  return std::make_shared<const Hold>(shared_from_this(), floor, from);
}

AudioBuffer::Hold::Hold(std::shared_ptr<AudioBuffer> buffer, std::uint64_t floor,
                        std::optional<BlockQueue::Mark> from)
    : buffer_(std::move(buffer)), floor_(floor), from_(from) {}

AudioBuffer::Hold::~Hold() {
  const std::lock_guard lock(buffer_->mutex_);
  buffer_->floors_.erase(buffer_->floors_.find(floor_));
}

std::vector<HeldSegment> AudioBuffer::Hold::Segments(
    std::optional<std::uint64_t> run_frames) const {
  const std::lock_guard lock(buffer_->mutex_);
  buffer_->Encode();
  buffer_->TrimFront();
  std::vector<HeldSegment> segments;
  for (const Piece& piece : buffer_->pieces_) {
    const bool is_last = &piece == &buffer_->pieces_.back();
    if (!is_last && piece.held.end <= floor_) continue;
    segments.push_back(piece.held);
    if (from_ && piece.held.begin < from_->offset) {
      // What is before may go at any time.
      segments.back().begin = from_->offset;
      segments.back().dropped = from_->frame;
    }
    segments.back().segment.frames -= static_cast<std::int64_t>(segments.back().dropped);
    const std::uint64_t end =
        piece.first_frame + static_cast<std::uint64_t>(piece.held.segment.frames);
    if (run_frames && piece.run == buffer_->run_ && end > *run_frames) {
      segments.back().segment.frames -= static_cast<std::int64_t>(end - *run_frames);
    }
  }
  std::erase_if(segments, [](const HeldSegment& held) { return held.segment.frames <= 0; });
  return segments;
}

std::vector<Gap> AudioBuffer::Hold::Gaps() const {
  const std::lock_guard lock(buffer_->mutex_);
  return {buffer_->gaps_.begin(), buffer_->gaps_.end()};
}

Bytes AudioBuffer::Hold::Read(std::uint64_t offset, std::size_t count) const {
  const std::lock_guard lock(buffer_->mutex_);
  if (offset < buffer_->blocks_.Begin()) {
    throw Error("the disk took so long that the audio left the buffer meanwhile");
  }
  return buffer_->blocks_.Read(offset, std::min(count, kMostRead));
}

}  // namespace isr
