#include "format/cut_wav.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "format/repair_steps.hpp"
#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"

namespace isr {
namespace {

constexpr size_t kMaxHeader = 65536;
constexpr std::uint64_t kReadBytes = 262144;
constexpr size_t kRiffHeader = 12;
constexpr size_t kChunkHeader = 8;
constexpr size_t kDs64 = 28;

/// One sample frame after the other: PCM, float, A-law, µ-law.
bool IsPlain(int format) {
  return format == 1 || format == 3 || format == 6 || format == 7;
}

void PutNumber(std::span<std::uint8_t> bytes, std::uint64_t value) {
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

void PutText(std::span<std::uint8_t> bytes, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), bytes.size()), bytes.begin());
}

/// "2026-11-20" "14:00:00", or with other separators (EBU Tech 3285 allows - _ : space .).
std::optional<std::chrono::sys_seconds> ReadOrigination(std::string_view text) {
  const auto number = [text](size_t at, size_t count) {
    return ParseInteger(text.substr(at, count)).value_or(-1);
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const long hours = number(10, 2), minutes = number(13, 2), seconds = number(16, 2);
  if (!day.ok() || hours < 0 || minutes < 0 || seconds < 0) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds);
}

void WriteOrigination(std::chrono::sys_seconds time, std::span<std::uint8_t> text) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  // The separators stay as they were.
  const auto put = [text](size_t at, const std::string& digits) {
    PutText(text.subspan(at, digits.size()), digits);
  };
  put(0, fmt::format("{:04}", static_cast<int>(day.year())));
  put(5, fmt::format("{:02}", static_cast<unsigned>(day.month())));
  put(8, fmt::format("{:02}", static_cast<unsigned>(day.day())));
  put(10, fmt::format("{:02}", clock.hours().count()));
  put(13, fmt::format("{:02}", clock.minutes().count()));
  put(16, fmt::format("{:02}", clock.seconds().count()));
}

/// The body of a bext chunk (EBU Tech 3285) for what begins `frames` later. TimeReference counts
/// from the midnight of the date.
void ShiftBext(std::span<std::uint8_t> bext, std::uint64_t frames, int rate) {
  constexpr size_t kOrigination = 320, kOriginationBytes = 18, kTimeReference = 338;
  constexpr size_t kTimeReferenceBytes = 8;
  if (bext.size() < kTimeReference + kTimeReferenceBytes) return;
  const std::span<std::uint8_t> text = bext.subspan(kOrigination, kOriginationBytes);
  const std::span<std::uint8_t> reference = bext.subspan(kTimeReference, kTimeReferenceBytes);
  const auto per_second = static_cast<std::uint64_t>(rate);
  const std::uint64_t before = LittleEndian(reference, kTimeReferenceBytes);
  std::uint64_t after = before + frames;
  if (const auto time = ReadOrigination(AsText(text))) {
    const auto midnight = std::chrono::floor<std::chrono::days>(*time);
    // Written by the clock: then the part of a second in TimeReference counts as well.
    const bool agrees =
        before / per_second == static_cast<std::uint64_t>((*time - midnight).count());
    const std::uint64_t passed =
        agrees ? after / per_second - before / per_second : frames / per_second;
    const auto later = *time + std::chrono::seconds(passed);
    const auto days = std::chrono::floor<std::chrono::days>(later) - midnight;
    if (agrees) after -= static_cast<std::uint64_t>(days.count()) * 86400 * per_second;
    WriteOrigination(later, text);
  }
  PutNumber(reference, after);
}

/// The chunks of the file that hold for a part of it too.
Bytes KeptChunks(ByteView head, std::uint64_t first, std::uint64_t count, int rate) {
  Bytes kept;
  for (size_t at = kRiffHeader; at + kChunkHeader <= head.size();) {
    const ByteView chunk = head.subspan(at);
    const auto length = static_cast<size_t>(
        std::min<std::uint64_t>(LittleEndian(chunk.subspan(4), 4), chunk.size() - kChunkHeader));
    const size_t padded = kChunkHeader + length + length % 2;
    const size_t begin = kept.size();
    const bool is_info =
        StartsWith(chunk, "LIST") && StartsWith(chunk.subspan(kChunkHeader), "INFO");
    const bool is_bext = StartsWith(chunk, "bext"), is_fact = StartsWith(chunk, "fact");
    if (is_info || is_bext || is_fact || StartsWith(chunk, "fmt ")) {
      AppendBytes(kept, chunk.first(std::min(padded, chunk.size())));
      kept.resize(begin + padded, 0);
    }
    const std::span<std::uint8_t> body =
        std::span(kept).subspan(std::min(kept.size(), begin + kChunkHeader));
    if (is_bext) ShiftBext(body.first(length), first, rate);
    if (is_fact && length >= 4) {
      PutNumber(body.first(4),
                std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
    }
    at += padded;
  }
  return kept;
}

class WavCut final : public Cut {
 public:
  WavCut(FileBytes file, const CutRequest& request) : file_(std::move(file)) {
    RepairReport report;
    RepairWav(file_, report);
    const Bytes head = file_.Read(0, kMaxHeader);
    const auto layout = ReadWavHeader(head);
    if (!layout) throw Error("its WAV header is damaged");
    if (!IsPlain(layout->format)) {
      throw Error(
          fmt::format("it is WAV of the coding {:#06x}, which cannot be cut", layout->format));
    }
    const double duration = static_cast<double>(report.samples) / layout->rate;
    const auto first = static_cast<std::uint64_t>(std::llround(request.start * layout->rate));
    const auto last = std::min(
        report.samples, static_cast<std::uint64_t>(std::llround(request.end * layout->rate)));
    if (first >= last) throw NoSuchTime(duration);
    end_ = std::min(request.end, duration);
    at_ = layout->data_at + first * layout->frame_bytes;
    left_ = (last - first) * layout->frame_bytes;
    BuildHeader(head, *layout, first, last - first);
    padding_ = left_ % 2;
    size_ = header_.size() + left_ + padding_;
  }

  std::uint64_t Size() const override { return size_; }
  double End() const override { return end_; }

  bool Read(Bytes& out) override {
    AppendBytes(out, std::exchange(header_, {}));
    const Bytes bytes = file_.Read(at_, static_cast<size_t>(std::min(left_, kReadBytes)));
    if (bytes.empty() && left_ > 0) throw Error("the file became shorter");
    AppendBytes(out, bytes);
    at_ += bytes.size();
    left_ -= bytes.size();
    if (left_ > 0) return true;
    out.resize(out.size() + std::exchange(padding_, 0), 0);
    return false;
  }

 private:
  void BuildHeader(ByteView head, const WavLayout& layout, std::uint64_t first,
                   std::uint64_t count) {
    AppendText(header_, "RIFF");
    AppendLittleEndian(header_, 0, 4);
    AppendText(header_, "WAVE");
    AppendText(header_, "JUNK");  // becomes ds64 where the size needs it
    AppendLittleEndian(header_, kDs64, 4);
    header_.resize(header_.size() + kDs64, 0);
    const ByteView chunks = head.first(static_cast<size_t>(layout.data_at) - kChunkHeader);
    AppendBytes(header_, KeptChunks(chunks, first, count, layout.rate));
    AppendText(header_, "data");
    AppendLittleEndian(header_, 0, 4);
    PatchWavSizes(header_, header_.size(), left_, layout.frame_bytes);
  }

  FileBytes file_;
  Bytes header_;
  std::uint64_t at_ = 0;  ///< offset of what is read next
  std::uint64_t left_ = 0;
  size_t padding_ = 0;
  std::uint64_t size_ = 0;
  double end_ = 0;
};

}  // namespace

std::unique_ptr<Cut> MakeWavCut(FileBytes file, const CutRequest& request) {
  return std::make_unique<WavCut>(std::move(file), request);
}

}  // namespace isr
