#include "worker/flac_clip.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include <FLAC/stream_decoder.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "worker/clip_output.hpp"
#include "worker/decode.hpp"

namespace isr {
namespace {

/// In whole bytes.
int OutputBits(unsigned bits) {
  if (bits <= 16) return 16;
  return bits <= 24 ? 24 : 32;
}

/// The callbacks of libFLAC's decoder, on the file that the process has.
class FlacClip {
 public:
  /// False: this is no file for it.
  bool Open() {
    char magic[4];
    if (::pread(kDecodeInput, magic, sizeof magic, 0) != 4 || std::memcmp(magic, "fLaC", 4) != 0) {
      return false;
    }
    struct stat facts {};
    if (decoder_ == nullptr || ::fstat(kDecodeInput, &facts) != 0) return false;
    size_ = static_cast<std::uint64_t>(facts.st_size);
    return FLAC__stream_decoder_init_stream(decoder_.get(), OnRead, OnSeek, OnTell, OnLength, OnEof,
                                            OnSamples, OnMetadata, OnError,
                                            this) == FLAC__STREAM_DECODER_INIT_STATUS_OK &&
           FLAC__stream_decoder_process_until_end_of_metadata(decoder_.get()) && total_ > 0 &&
           rate_ > 0;
  }

  /// `start`, `end`: ns.
  void Print(std::int64_t start, std::int64_t end) {
    first_ = FrameAt(start);
    last_ = std::min(FrameAt(end), total_);
    if (first_ >= last_) ClipOutput::Refuse(kNoSuchTime);
    if (!FLAC__stream_decoder_seek_absolute(decoder_.get(), static_cast<FLAC__uint64>(first_)) ||
        !has_begun_) {
      return;
    }
    while (FLAC__stream_decoder_process_single(decoder_.get())) {
      if (FLAC__stream_decoder_get_state(decoder_.get()) == FLAC__STREAM_DECODER_END_OF_STREAM) {
        output_.PrintSilence(last_ - Next());
        ClipOutput::Finish();
      }
    }
    ClipOutput::Fail();
  }

 private:
  std::int64_t FrameAt(std::int64_t time) const {
    return std::llround(static_cast<double>(time) / 1e9 * rate_);
  }
  std::int64_t Next() const { return first_ + output_.Written(); }

  void Take(const FLAC__FrameHeader& header, const FLAC__int32* const channels[]) {
    if (!has_begun_) {
      format_ = {.rate = rate_,
                 .channels = static_cast<int>(header.channels),
                 .bits = OutputBits(header.bits_per_sample)};
      output_.Begin(format_, last_ - first_);
      has_begun_ = true;
    }
    const bool is_other = static_cast<int>(header.channels) != format_.channels ||
                          OutputBits(header.bits_per_sample) != format_.bits;
    if (is_other) ClipOutput::Fail();
    const auto position = static_cast<std::int64_t>(header.number.sample_number);
    const std::int64_t from = std::max(position, Next());
    const std::int64_t to = std::min(position + static_cast<std::int64_t>(header.blocksize), last_);
    if (from < to) {
      output_.PrintSilence(from - Next());
      PrintSamples(header, channels, from - position, to - position);
    }
    if (Next() == last_) ClipOutput::Finish();
  }

  void PrintSamples(const FLAC__FrameHeader& header, const FLAC__int32* const channels[],
                    std::int64_t from, std::int64_t to) {
    const auto shift = static_cast<unsigned>(format_.bits) - header.bits_per_sample;
    const auto sample_bytes = static_cast<std::size_t>(format_.bits / 8);
    std::vector<char> bytes(static_cast<std::size_t>(to - from) * header.channels * sample_bytes);
    char* out = bytes.data();
    for (std::int64_t i = from; i < to; ++i) {
      for (unsigned channel = 0; channel < header.channels; ++channel) {
        auto sample = static_cast<std::uint32_t>(channels[channel][i]) << shift;
        for (std::size_t byte = 0; byte < sample_bytes; ++byte, sample >>= 8U) {
          *out++ = static_cast<char>(sample & 0xffU);
        }
      }
    }
    output_.Print(bytes);
  }

  static FlacClip& Of(void* self) { return *static_cast<FlacClip*>(self); }

  static FLAC__StreamDecoderReadStatus OnRead(const FLAC__StreamDecoder* /*decoder*/,
                                              FLAC__byte* buffer, std::size_t* size,
                                              void* self) noexcept {
    const ssize_t read = ::pread(kDecodeInput, buffer, *size, static_cast<off_t>(Of(self).offset_));
    *size = static_cast<std::size_t>(std::max<ssize_t>(read, 0));
    Of(self).offset_ += *size;
    if (read < 0) return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
    return read == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
                     : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
  }
  static FLAC__StreamDecoderSeekStatus OnSeek(const FLAC__StreamDecoder* /*decoder*/,
                                              FLAC__uint64 offset, void* self) noexcept {
    Of(self).offset_ = offset;
    return FLAC__STREAM_DECODER_SEEK_STATUS_OK;
  }
  static FLAC__StreamDecoderTellStatus OnTell(const FLAC__StreamDecoder* /*decoder*/,
                                              FLAC__uint64* offset, void* self) noexcept {
    *offset = Of(self).offset_;
    return FLAC__STREAM_DECODER_TELL_STATUS_OK;
  }
  static FLAC__StreamDecoderLengthStatus OnLength(const FLAC__StreamDecoder* /*decoder*/,
                                                  FLAC__uint64* length, void* self) noexcept {
    *length = Of(self).size_;
    return FLAC__STREAM_DECODER_LENGTH_STATUS_OK;
  }
  static FLAC__bool OnEof(const FLAC__StreamDecoder* /*decoder*/, void* self) noexcept {
    return Of(self).offset_ >= Of(self).size_;
  }
  static FLAC__StreamDecoderWriteStatus OnSamples(const FLAC__StreamDecoder* /*decoder*/,
                                                  const FLAC__Frame* frame,
                                                  const FLAC__int32* const channels[],
                                                  void* self) noexcept {
    return Guarded("clip of FLAC", FLAC__STREAM_DECODER_WRITE_STATUS_ABORT, [&] {
      Of(self).Take(frame->header, channels);
      return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    });
  }
  static void OnMetadata(const FLAC__StreamDecoder* /*decoder*/,
                         const FLAC__StreamMetadata* metadata, void* self) noexcept {
    if (metadata->type != FLAC__METADATA_TYPE_STREAMINFO) return;
    Of(self).rate_ = static_cast<int>(metadata->data.stream_info.sample_rate);
    Of(self).total_ = static_cast<std::int64_t>(metadata->data.stream_info.total_samples);
  }
  /// It looks for the next frame by itself; what is missing shows in the frames' numbers.
  static void OnError(const FLAC__StreamDecoder* /*decoder*/,
                      FLAC__StreamDecoderErrorStatus /*status*/, void* /*self*/) noexcept {}

  std::unique_ptr<FLAC__StreamDecoder, decltype(&FLAC__stream_decoder_delete)> decoder_{
      FLAC__stream_decoder_new(), FLAC__stream_decoder_delete};
  std::uint64_t size_ = 0;    ///< of the file
  std::uint64_t offset_ = 0;  ///< in the file; the descriptor's own may be shared
  int rate_ = 0;
  std::int64_t total_ = 0;  ///< frames; 0: not known
  std::int64_t first_ = 0;  ///< frame of the file that is wanted
  std::int64_t last_ = 0;   ///< behind the last one
  bool has_begun_ = false;
  ClipOutput::Format format_;
  ClipOutput output_;
};

}  // namespace

void ClipFlac(std::int64_t start, std::int64_t end) {
  FlacClip clip;
  if (clip.Open()) clip.Print(start, end);
}

}  // namespace isr
