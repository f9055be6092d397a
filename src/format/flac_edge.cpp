#include "format/flac_edge.hpp"

#include <algorithm>
#include <memory>

#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

constexpr std::uint32_t kMaxBlock = 4608;

using Decoder = std::unique_ptr<FLAC__StreamDecoder, decltype(&FLAC__stream_decoder_delete)>;
using Encoder = std::unique_ptr<FLAC__StreamEncoder, decltype(&FLAC__stream_encoder_delete)>;

struct Decoding {
  ByteView rest;  ///< not yet read
  FlacSamples samples;
};

FLAC__StreamDecoderReadStatus OnRead(const FLAC__StreamDecoder* /*decoder*/, FLAC__byte* buffer,
                                     std::size_t* size, void* data) noexcept {
  auto& decoding = *static_cast<Decoding*>(data);
  *size = std::min(*size, decoding.rest.size());
  std::copy_n(decoding.rest.begin(), *size, buffer);
  decoding.rest = decoding.rest.subspan(*size);
  return *size == 0 ? FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
                    : FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

FLAC__StreamDecoderWriteStatus OnSamples(const FLAC__StreamDecoder* /*decoder*/,
                                         const FLAC__Frame* frame,
                                         const FLAC__int32* const channels[], void* data) noexcept {
  return Guarded("FLAC decoder", FLAC__STREAM_DECODER_WRITE_STATUS_ABORT, [&] {
    FlacSamples& samples = static_cast<Decoding*>(data)->samples;
    for (unsigned i = 0; i < frame->header.blocksize; ++i) {
      for (unsigned c = 0; c < frame->header.channels; ++c) samples.push_back(channels[c][i]);
    }
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  });
}

void OnError(const FLAC__StreamDecoder* /*decoder*/, FLAC__StreamDecoderErrorStatus /*status*/,
             void* /*data*/) noexcept {}

struct Encoding {
  Bytes bytes;
};

FLAC__StreamEncoderWriteStatus OnWrite(const FLAC__StreamEncoder* /*encoder*/,
                                       const FLAC__byte* bytes, std::size_t size,
                                       std::uint32_t samples, std::uint32_t /*frame*/,
                                       void* data) noexcept {
  return Guarded("FLAC encoder", FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR, [&] {
    // What holds no samples is the header.
    if (samples > 0) AppendBytes(static_cast<Encoding*>(data)->bytes, {bytes, size});
    return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
  });
}

/// As one frame.
Bytes Encode(const FlacStreamInfo& info, const std::int32_t* samples, std::uint32_t count) {
  const Encoder encoder(FLAC__stream_encoder_new(), FLAC__stream_encoder_delete);
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  Encoding encoding;
  const bool encoded =
      encoder != nullptr &&
      FLAC__stream_encoder_set_channels(encoder.get(), number(info.channels)) &&
      FLAC__stream_encoder_set_bits_per_sample(encoder.get(), number(info.bits)) &&
      FLAC__stream_encoder_set_sample_rate(encoder.get(), number(info.rate)) &&
      FLAC__stream_encoder_set_streamable_subset(encoder.get(), false) &&
      FLAC__stream_encoder_set_blocksize(encoder.get(), std::max(count, kMinFlacBlock)) &&
      FLAC__stream_encoder_init_stream(encoder.get(), OnWrite, nullptr, nullptr, nullptr,
                                       &encoding) == FLAC__STREAM_ENCODER_INIT_STATUS_OK &&
      FLAC__stream_encoder_process_interleaved(encoder.get(), samples, count) &&
      FLAC__stream_encoder_finish(encoder.get());
  if (!encoded || encoding.bytes.empty()) throw Error("a FLAC frame cannot be encoded");
  return std::move(encoding.bytes);
}

}  // namespace

void AppendSamples(FlacSamples& samples, ByteView pcm, int bits) {
  const auto bytes = static_cast<std::size_t>(bits / 8);
  const int unused = 32 - bits;
  for (; pcm.size() >= bytes; pcm = pcm.subspan(bytes)) {
    const auto low = static_cast<std::uint32_t>(LittleEndian(pcm, bytes));
    samples.push_back(static_cast<std::int32_t>(low << unused) >> unused);
  }
}

FlacSamples DecodeFlacFrame(const FlacStreamInfo& info, ByteView frame) {
  Bytes stream;
  AppendText(stream, "fLaC");
  AppendFlacBlock(stream, true, FlacBlockHeader::kStreamInfo, BuildFlacStreamInfo(info));
  AppendBytes(stream, frame);
  Decoding decoding{.rest = stream, .samples = {}};
  const Decoder decoder(FLAC__stream_decoder_new(), FLAC__stream_decoder_delete);
  const bool decoded = decoder != nullptr &&
                       FLAC__stream_decoder_init_stream(
                           decoder.get(), OnRead, nullptr, nullptr, nullptr, nullptr, OnSamples,
                           nullptr, OnError, &decoding) == FLAC__STREAM_DECODER_INIT_STATUS_OK &&
                       FLAC__stream_decoder_process_until_end_of_stream(decoder.get());
  if (!decoded || decoding.samples.empty()) throw Error("a FLAC frame cannot be decoded");
  return std::move(decoding.samples);
}

std::vector<EncodedFlacFrame> EncodeFlacFrames(const FlacStreamInfo& info,
                                               const FlacSamples& samples) {
  const auto channels = static_cast<std::size_t>(info.channels);
  const std::size_t total = samples.size() / channels;
  const std::size_t pieces = (total + kMaxBlock - 1) / kMaxBlock;
  std::vector<EncodedFlacFrame> frames;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t begin = total * i / pieces;
    const auto count = static_cast<std::uint32_t>(total * (i + 1) / pieces - begin);
    frames.push_back({Encode(info, samples.data() + begin * channels, count), count});
  }
  return frames;
}

}  // namespace isr
