// What levels cost: measured beside the decoding of FLAC, in one run, and what the answer for a
// recorded hour costs at a new margin. Not a test: it fails for no figure.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <gst/gst.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "glib/ref.hpp"
#include "level/find_sections.hpp"
#include "level/level_meter.hpp"
#include "level/track_file.hpp"
#include "plugins/elements.hpp"

namespace isr {
namespace {

constexpr int kRate = 48000;
constexpr int kMinutes = 5;
constexpr int kRounds = 5;
constexpr double kPerHour = 60.0 / kMinutes;

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double CpuOf(const std::function<void()>& work) {
  const double before = CpuSeconds();
  work();
  return CpuSeconds() - before;
}

/// Runs a pipeline to its end.
void Run(const std::string& description) {
  GError* error = nullptr;
  const auto pipeline = Ref<GstElement>::Adopt(
      GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(description.c_str(), &error))));
  if (error != nullptr) {
    std::fprintf(stderr, "%s: %s\n", description.c_str(), error->message);
    std::exit(1);
  }
  gst_element_set_state(pipeline.Get(), GST_STATE_PLAYING);
  const auto bus = Ref<GstBus>::Adopt(gst_element_get_bus(pipeline.Get()));
  const auto message = Ref<GstMessage>::Adopt(
      gst_bus_timed_pop_filtered(bus.Get(), 120 * GST_SECOND,
                                 static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  const bool is_done = message && GST_MESSAGE_TYPE(message.Get()) == GST_MESSAGE_EOS;
  gst_element_set_state(pipeline.Get(), GST_STATE_NULL);
  if (is_done) return;
  std::fprintf(stderr, "%s: failed\n", description.c_str());
  std::exit(1);
}

/// A quiet place with tones and ticks, different in both channels.
void WriteFlac(const std::string& path) {
  const std::string frames = std::to_string(kRate / 10);
  const std::string source =
      " num-buffers=" + std::to_string(kMinutes * 600) + " samplesperbuffer=" + frames;
  Run("audiomixer name=mix ! audio/x-raw,format=S16LE,rate=48000,channels=2 ! flacenc ! filesink "
      "location=" +
      path + " audiotestsrc wave=pink-noise volume=0.02" + source +
      " ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! audiopanorama panorama=-0.4 ! mix. "
      "audiotestsrc wave=pink-noise volume=0.03" +
      source +
      " ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! audiopanorama panorama=0.5 ! mix. "
      "audiotestsrc wave=ticks volume=0.4" +
      source +
      " ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! mix. "
      "audiotestsrc freq=330 volume=0.1" +
      source + " ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! mix.");
}

/// As much audio as the file has, from memory that is as warm as a decoder's.
double MeterOnce() {
  std::vector<std::int16_t> samples(2 * 4608);
  std::uint32_t random = 1;
  for (std::int16_t& sample : samples) {
    random = random * 1664525 + 1013904223;
    sample = static_cast<std::int16_t>(random >> 18);
  }
  std::int64_t sum = 0;
  LevelMeter meter({SampleFormat::kS16, kRate, 2}, kWindowLength,
                   [&sum](const MeteredWindow& window) { sum += window.Levels().detection; });
  const auto* const data = reinterpret_cast<const std::uint8_t*>(samples.data());
  const double cpu = CpuOf([&] {
    for (int frames = 0; frames < kMinutes * 60 * kRate; frames += 4608) {
      meter.Take({{&data, 1}, 4608});
    }
  });
  return sum == 1 ? 0 : cpu;
}

void MeasureLevels() {
  char path[] = "/tmp/isr-bench-XXXXXX";
  ::close(::mkstemp(path));
  WriteFlac(path);
  const std::string decode =
      "filesrc location=" + std::string(path) + " blocksize=65536 ! flacparse ! flacdec ! ";
  double plain = 1e9;
  double meter = 1e9;
  double element = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    plain = std::min(plain, CpuOf([&] { Run(decode + "fakesink"); }));
    meter = std::min(meter, MeterOnce());
    element = std::min(element, CpuOf([&] { Run(decode + "isrlevel ! fakesink"); }));
  }
  ::unlink(path);
  std::printf("48 kHz stereo, CPU seconds an hour of audio, the least of %d rounds\n", kRounds);
  std::printf("  FLAC decoding (flacparse ! flacdec)      %6.3f\n", plain * kPerHour);
  std::printf("  levels, 50 Hz filter included            %6.3f  %4.1f %% of it\n",
              meter * kPerHour, 100 * meter / plain);
  std::printf("  isrlevel with events and its messages    %6.3f  %4.1f %% of it\n",
              (element - plain) * kPerHour, 100 * (element - plain) / plain);
}

/// The track of an hour with an event every 20 s.
TrackFile MakeTrack() {
  Fd file(::memfd_create("track", MFD_CLOEXEC));
  const auto write = [&file](const TrackPiece& piece) {
    if (::pwrite(file.Get(), piece.bytes.data(), piece.bytes.size(),
                 static_cast<off_t>(piece.offset)) < 0) {
      std::exit(1);
    }
  };
  write(EncodeTrackPreamble());
  std::uint32_t random = 1;
  for (std::uint64_t second = 0; second < 3600; ++second) {
    TrackRecord record;
    for (LevelWindow& window : record.windows) {
      random = random * 1664525 + 1013904223;
      const int noise = static_cast<int>(random >> 24) - 128;
      const int level = -5500 + noise + (second % 20 < 2 ? 2500 : 0);
      window = {static_cast<std::int16_t>(level), static_cast<std::int16_t>(level - 100),
                static_cast<std::int16_t>(level + 1200)};
    }
    write(EncodeTrackRecord(second, record));
  }
  return TrackFile(std::move(file));
}

void MeasureAnswer() {
  constexpr int kRepeats = 50;
  const TrackFile track = MakeTrack();
  const TrackLevels levels = track.Levels();
  for (const double margin : {6.0, 12.0, 18.0}) {
    std::size_t sections = 0;
    double found = 1e9;
    double read = 1e9;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      const DetectorOptions options{.margin = margin};
      found = std::min(
          found, CpuOf([&] { sections = FindSections({}, levels.detection, options).size(); }));
      read = std::min(read, CpuOf([&] {
                        sections = FindSections({}, track.Levels().detection, options).size();
                      }));
    }
    std::printf(
        "an hour at a margin of %2.0f dB: %3zu sections, %.2f ms; with its track read, %.2f ms\n",
        margin, sections, found * 1e3, read * 1e3);
  }
}

}  // namespace
}  // namespace isr

int main() {
  gst_init(nullptr, nullptr);
  isr::RegisterElements(nullptr);
  isr::MeasureLevels();
  isr::MeasureAnswer();
  return 0;
}
