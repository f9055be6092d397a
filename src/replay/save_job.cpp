#include "replay/save_job.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "buffer/record_framer.hpp"
#include "catalogue/reader.hpp"
#include "catalogue/tracks.hpp"
#include "format/cut.hpp"
#include "format/frame_join.hpp"
#include "format/wav_reader.hpp"
#include "model/save.hpp"
#include "replay/audio_file.hpp"
#include "replay/new_sample.hpp"
#include "replay/piece_reader.hpp"

namespace isr {
namespace {

/// For what a source delivered to be in its file: a FLAC block of 4000 frames per second lasts a
/// second.
constexpr std::chrono::milliseconds kPatience{2000};

/// No file is longer than a day, which may have 25 hours.
constexpr std::chrono::hours kLongestFile{26};

constexpr size_t kReadBytes = size_t{1} << 20;
constexpr double kLeadIn = 3;   // seconds of frames that a decoder needs; tracks are that inexact
constexpr double kToEnd = 1e9;  // seconds; no file lasts so long

bool IsStream(const SourceSettings& source) {
  return std::holds_alternative<StreamSettings>(source.specific);
}

/// What is known of the source's recordings, those that grow as they are now.
std::vector<Segment> SegmentsOf(const SaveJob& job, Catalogue& catalogue) {
  catalogue.WaitUntilDone(kPatience);
  const auto length =
      std::chrono::round<std::chrono::microseconds>(std::chrono::duration<double>(job.seconds));
  std::vector<Segment> segments =
      CatalogueReader(catalogue.DatabasePath())
          .ListSegments({.from = job.end - length - kLongestFile, .source = job.source.name});
  std::reverse(segments.begin(), segments.end());
  std::erase_if(segments, [&job](const Segment& segment) {
    const auto is_same = [&](const Segment& growing) { return growing.name == segment.name; };
    return segment.frames <= 0 || segment.rate <= 0 ||
           std::any_of(job.growing.begin(), job.growing.end(), is_same);
  });
  for (const Segment& growing : job.growing) {
    if (growing.frames > 0 && !growing.name.empty()) segments.push_back(growing);
  }
  return segments;
}

/// As recordings that begin with what is still held, called by their number.
std::vector<Segment> SegmentsInMemory(const SaveJob& job) {
  std::vector<Segment> segments;
  for (size_t i = 0; i < job.held.size(); ++i) {
    const HeldSegment& held = job.held[i];
    Segment segment = held.segment;
    segment.name = std::to_string(i);
    const auto length = [&segment](std::uint64_t frames) {
      return std::chrono::round<std::chrono::microseconds>(
          std::chrono::duration<double>(static_cast<double>(frames) / segment.rate));
    };
    segment.start += length(held.dropped);
    for (const Gap& gap : job.gaps) {
      if (gap.start > held.segment.start && gap.start < segment.start) {
        segment.start += gap.end - gap.start;
      }
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

RecordedStretch StretchOf(const SaveJob& job, Catalogue& catalogue) {
  const bool is_in_memory = job.memory != nullptr;
  const std::vector<Segment> segments =
      is_in_memory ? SegmentsInMemory(job) : SegmentsOf(job, catalogue);
  if (segments.empty()) return {};
  const std::vector<Gap> gaps =
      is_in_memory ? job.gaps
                   : CatalogueReader(catalogue.DatabasePath())
                         .ListGaps(segments.front().start, job.end, job.source.name);
  UtcTime last_end = job.audio_end.value_or(UtcTime());
  if (!job.audio_end) {
    const Segment& last = segments.back();
    last_end = last.start + std::chrono::round<std::chrono::microseconds>(
                                std::chrono::duration<double>(last.Duration()));
    for (const Gap& gap : gaps) {
      const bool is_inside = gap.start > last.start && gap.start < last_end;
      if (is_inside) last_end += gap.end - gap.start;
    }
  }
  return FindStretch(segments, gaps, last_end, job.end, job.seconds);
}

SaveFacts FactsOf(const SaveJob& job, const RecordedStretch& stretch) {
  SaveFacts facts{.start = stretch.start,
                  .utc_offset = stretch.pieces.front().segment.utc_offset,
                  .source = job.source.name,
                  .app = {},
                  .device = {},
                  .label = job.label,
                  .ext = {}};
  std::visit(
      [&facts](const auto& specific) {
        if constexpr (requires { specific.device; }) facts.device = specific.device;
        if constexpr (requires { specific.source; }) {
          constexpr std::string_view kApp = "app:";
          const bool is_app = specific.source.starts_with(kApp);
          (is_app ? facts.app : facts.device) = specific.source.substr(is_app ? kApp.size() : 0);
        }
      },
      job.source.specific);
  return facts;
}

/// Makes one file of the pieces of a stretch.
class Joiner {
 public:
  Joiner(const SaveJob& job, const Roots& roots, NewSample& file, RecordedStretch& stretch,
         const std::atomic<bool>& is_over)
      : job_(job),
        roots_(roots),
        is_over_(is_over),
        out_(file),
        stretch_(stretch),
        deadline_(std::chrono::steady_clock::now() + kPatience) {
    if (job.memory != nullptr) return;
    writer_ = DiskWriter::ForDirectory(roots.ForSource(job.source.name).directory, {});
    if (!job.growing.empty()) writer_->WriteOut(kPatience);
  }

  /// What it became: the file's extension.
  std::string Join() {
    const std::string format = stretch_.pieces.back().segment.format;
    const bool may_convert = !IsStream(job_.source) && (format == "wav" || format == "flac");
    std::string wanted = may_convert && job_.replay.format != "copy" ? job_.replay.format : format;
    if (format == "wav") {
      JoinWav(wanted == "flac");
    } else {
      JoinFrames(format == "flac" && wanted == "wav");
    }
    return wanted;
  }

  double Seconds() const { return static_cast<double>(frames_) / stretch_.rate; }

 private:
  const HeldSegment& HeldOf(const RecordedPiece& piece) const {
    return job_.held.at(std::stoul(piece.segment.name));
  }

  std::unique_ptr<PieceReader> Open(const RecordedPiece& piece) const {
    if (job_.memory != nullptr) {
      return std::make_unique<MemoryPiece>(job_.memory, HeldOf(piece));
    }
    return std::make_unique<FilePiece>(OpenFile(piece));
  }

  FilePiece OpenFile(const RecordedPiece& piece) const {
    const auto is_this = [&](const Segment& growing) { return growing.name == piece.segment.name; };
    const bool grows = std::any_of(job_.growing.begin(), job_.growing.end(), is_this);
    return {roots_, piece.segment.name, grows ? writer_ : nullptr, deadline_};
  }

  Bytes Read(const PieceReader& reader, std::uint64_t offset, size_t count) const {
    if (is_over_) throw SaveError("shutting-down", "isr is stopping");
    return reader.Read(offset, count);
  }

  WavLayout LayoutOf(const RecordedPiece& piece, const PieceReader& reader) const {
    if (job_.memory != nullptr) {
      const auto& pcm = std::get<PcmLayout>(HeldOf(piece).coding);
      return {.rate = pcm.rate,
              .channels = pcm.channels,
              .bits = pcm.bits,
              .frame_bytes = pcm.FrameBytes()};
    }
    const auto found = ReadWavHeader(Read(reader, 0, kReadBytes));
    if (!found || found->format != 1) {
      throw Error("the header of '" + piece.segment.name + "' is damaged");
    }
    return *found;
  }

  void JoinWav(bool to_flac) {
    std::optional<PcmLayout> layout;
    std::unique_ptr<PcmWriter> pcm;
    const auto header = [&] { return pcm->Header({}); };
    Bytes out;
    for (size_t i = 0; i < stretch_.pieces.size(); ++i) {
      const RecordedPiece piece = stretch_.pieces[i];
      const auto reader = Open(piece);
      const WavLayout found = LayoutOf(piece, *reader);
      const PcmLayout here{.rate = found.rate, .channels = found.channels, .bits = found.bits};
      if (layout != here) {
        if (layout) Restart(i);
        layout = here;
        pcm = to_flac ? MakeFlacWriter(here) : MakeWavWriter(here);
      }
      CopyPcm(*reader, piece, found, [&](ByteView bytes) {
        frames_ += bytes.size() / found.frame_bytes;
        pcm->Add(bytes, out);
        out_.Append(out, header);
        out.clear();
      });
    }
    pcm->Finish(out);
    out_.Append(out, header);
    out_.Finish(pcm->Header(FactsOf(job_, stretch_)));
  }

  /// All of a piece, or what of it came in time.
  void CopyPcm(const PieceReader& reader, const RecordedPiece& piece, const WavLayout& layout,
               const std::function<void(ByteView)>& take) const {
    std::uint64_t at = layout.data_at + piece.first * layout.frame_bytes;
    std::uint64_t left = piece.count * layout.frame_bytes;
    Bytes rest;  // of a frame that is not whole yet
    while (left > 0) {
      Bytes bytes =
          Read(reader, at, static_cast<size_t>(std::min<std::uint64_t>(left, kReadBytes)));
      if (bytes.empty()) return;
      at += bytes.size();
      left -= bytes.size();
      if (rest.empty()) {
        rest = std::move(bytes);
      } else {
        AppendBytes(rest, bytes);
      }
      const size_t whole = rest.size() - rest.size() % layout.frame_bytes;
      take(ByteView(rest).first(whole));
      rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(whole));
    }
  }

  void JoinFrames(bool to_wav) {
    std::unique_ptr<PcmWriter> pcm;
    FrameJoin::Options options{.whole_frames = IsStream(job_.source)};
    if (to_wav) {
      options.make_writer = [&pcm](const CodedFormat& format, const VorbisComment& /*comment*/) {
        const auto info = ParseFlacStreamInfo(format.headers.at(0));
        if (!info || info->bits % 8 != 0) throw Error("its STREAMINFO is damaged");
        pcm = MakeWavWriter({.rate = info->rate, .channels = info->channels, .bits = info->bits});
        return std::make_unique<FlacToPcm>(*info, *pcm);
      };
    }
    FrameJoin join(options);
    Bytes out;
    const auto header = [&join] { return join.Header(); };
    for (size_t i = 0; i < stretch_.pieces.size(); ++i) {
      const auto reader = Open(stretch_.pieces[i]);
      Begin(join, *reader, stretch_.pieces[i], i + 1 == stretch_.pieces.size());
      for (bool more = true; more; out.clear()) {
        more = join.Step(out);
        if (join.TakeRestart()) Restart(i);
        if (join.HasBegun()) out_.Append(out, header);
      }
    }
    join.Finish(out);
    frames_ = join.Samples();
    out_.Append(out, header);
    out_.Finish(pcm == nullptr ? join.Header() : pcm->Header(FactsOf(job_, stretch_)));
  }

  void Begin(FrameJoin& join, const PieceReader& reader, const RecordedPiece& piece,
             bool is_last) const {
    const std::string& name = piece.segment.name;
    const auto read = [this, &reader](std::uint64_t offset, size_t count) {
      return Read(reader, offset, count);
    };
    const double rate = piece.segment.rate;
    const std::uint64_t end = piece.first + piece.count;
    const bool is_whole = !is_last && end == static_cast<std::uint64_t>(piece.segment.frames) &&
                          !piece.segment.growing;
    FrameJoin::Stretch wanted{.start = static_cast<double>(piece.first) / rate,
                              .end = is_whole ? kToEnd : static_cast<double>(end) / rate};
    if (job_.memory != nullptr) {
      const auto& format = std::get<CodedFormat>(HeldOf(piece).coding);
      return join.Begin(read, std::make_unique<RecordFramer>(format), wanted);
    }
    const auto codec = CodecOf(SniffFile(FileBytes(static_cast<const FilePiece&>(reader).File())));
    if (!codec) throw Error("'" + name + "' holds nothing that can be joined");
    wanted.place = ReadPlace(roots_.ForName(name), name, wanted.start - kLeadIn);
    join.Begin(read, *codec, wanted);
  }

  /// What was joined so far does not go with the piece that comes.
  void Restart(size_t& piece) {
    out_.Restart();
    frames_ = 0;
    DropBefore(stretch_, piece);
    piece = 0;
  }

  const SaveJob& job_;
  const Roots& roots_;
  const std::atomic<bool>& is_over_;
  HeadedFile out_;
  RecordedStretch& stretch_;
  std::shared_ptr<DiskWriter> writer_;  // shared with the sources that record there
  const std::chrono::steady_clock::time_point deadline_;
  std::uint64_t frames_ = 0;
};

}  // namespace

SavedFile RunSave(const SaveJob& job, const Roots& roots, Catalogue& catalogue,
                  const std::atomic<bool>& is_over) {
  try {
    NewSample file(job.replay.directory);
    SavedFile saved{.path = {}, .format = {}, .stretch = StretchOf(job, catalogue)};
    if (saved.stretch.pieces.empty()) {
      throw SaveError("nothing-recorded",
                      fmt::format("'{}' has recorded nothing in that time", job.source.name));
    }
    Joiner joiner(job, roots, file, saved.stretch, is_over);
    saved.format = joiner.Join();
    saved.seconds = joiner.Seconds();
    SaveFacts facts = FactsOf(job, saved.stretch);
    facts.duration = saved.seconds;
    facts.ext = saved.format;
    saved.path = file.Keep(SaveTemplate(job.replay.file_template), facts, job.replay.sanitize);
    return saved;
  } catch (const SaveError&) {
    throw;
  } catch (const NoSuchTime&) {
    throw SaveError("nothing-recorded",
                    fmt::format("'{}' has recorded nothing in that time", job.source.name));
  } catch (const Error& error) {
    throw SaveError("internal",
                    fmt::format("cannot save '{}': {}", job.source.name, Describe(error)));
  }
}

}  // namespace isr
