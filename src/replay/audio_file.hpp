#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "format/cut_writer.hpp"
#include "format/flac_edge.hpp"
#include "format/pcm_layout.hpp"
#include "format/wav_header.hpp"
#include "replay/new_sample.hpp"

namespace isr {

/// A CutWriter's output as a file: its header, which is as long from the first frame on as at the
/// end, stands before it. Throws SaveError.
class HeadedFile {
 public:
  explicit HeadedFile(NewSample& file) : file_(file) {}

  void Append(ByteView bytes, const std::function<Bytes()>& header);
  /// All is appended.
  void Finish(ByteView header);
  /// Nothing is.
  void Restart();

 private:
  NewSample& file_;
  std::optional<std::uint64_t> header_bytes_;
};

/// Takes PCM, least significant byte first, and gives a file's bytes.
class PcmWriter {
 public:
  virtual ~PcmWriter() = default;
  /// Whole frames.
  virtual void Add(ByteView pcm, Bytes& out) = 0;
  virtual void Finish(Bytes& out) = 0;
  /// `start` and the rest of `origin` are for formats that can tell it.
  virtual Bytes Header(const SaveFacts& origin) const = 0;
};

std::unique_ptr<PcmWriter> MakeWavWriter(const PcmLayout& layout);
std::unique_ptr<PcmWriter> MakeFlacWriter(const PcmLayout& layout);

/// Decodes FLAC frames of a stream with this STREAMINFO, back to the PCM that they were made of.
/// Throws Error.
class FlacToPcm final : public CutWriter {
 public:
  FlacToPcm(const FlacStreamInfo& info, PcmWriter& pcm) : info_(info), pcm_(pcm) {}
  void Add(ByteView frame, std::uint32_t samples, Bytes& out) override;
  void Finish(std::uint32_t trim, Bytes& out) override;
  Bytes Header() const override { return pcm_.Header({}); }

 private:
  const FlacStreamInfo info_;
  PcmWriter& pcm_;
};

}  // namespace isr
