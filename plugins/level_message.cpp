#include "plugins/level_message.hpp"

#include <limits>
#include <span>
#include <utility>

#include "level/decibel.hpp"

namespace isr {
namespace {

double Decibel(std::int16_t hundredths) {
  if (hundredths == kMissingLevel) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(hundredths) / kHundredths;
}

void InitArray(GValue* array, std::span<const double> numbers) {
  gst_value_array_init(array, static_cast<guint>(numbers.size()));
  for (const double number : numbers) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, G_TYPE_DOUBLE);
    g_value_set_double(&value, number);
    gst_value_array_append_and_take_value(array, &value);
  }
}

void SetArray(GstStructure* structure, const char* field, std::vector<double>& numbers) {
  GValue array = G_VALUE_INIT;
  InitArray(&array, numbers);
  gst_structure_take_value(structure, field, &array);
  numbers.clear();
}

/// An array for each window, of a number for each channel.
void SetArrays(GstStructure* structure, const char* field, std::size_t channels,
               std::vector<double>& numbers) {
  GValue arrays = G_VALUE_INIT;
  gst_value_array_init(&arrays, static_cast<guint>(numbers.size() / channels));
  for (std::size_t at = 0; at < numbers.size(); at += channels) {
    GValue array = G_VALUE_INIT;
    InitArray(&array, std::span(numbers).subspan(at, channels));
    gst_value_array_append_and_take_value(&arrays, &array);
  }
  gst_structure_take_value(structure, field, &arrays);
  numbers.clear();
}

GstStructure* EventMessage(const char* name, const Section& section, const WindowPlace& start) {
  return gst_structure_new(name, "running-time", G_TYPE_UINT64, guint64{start.running_time},
                           "stream-time", G_TYPE_UINT64, guint64{start.stream_time}, "file",
                           G_TYPE_UINT, start.file, "window", G_TYPE_UINT64, guint64{start.window},
                           "score", G_TYPE_DOUBLE, section.score, "prominence", G_TYPE_DOUBLE,
                           section.prominence, nullptr);
}

}  // namespace

void LevelMessage::Add(const WindowPlace& place, const MeteredWindow& window, std::int16_t floor) {
  if (count_++ == 0) place_ = place;
  const LevelWindow levels = window.Levels();
  rms_.push_back(Decibel(levels.rms));
  peak_.push_back(Decibel(levels.peak));
  detection_.push_back(Decibel(levels.detection));
  floor_.push_back(Decibel(floor));
  const bool is_missing = window.frames == 0;
  for (const ChannelLevel& channel : window.channels) {
    const double peak = channel.peak * channel.peak;
    channel_rms_.push_back(is_missing ? Decibel(kMissingLevel) : DecibelOfPower(channel.power));
    channel_peak_.push_back(is_missing ? Decibel(kMissingLevel) : DecibelOfPower(peak));
  }
}

GstStructure* LevelMessage::Take(GstClockTime interval, const AudioFormat& format) {
  GstStructure* const structure = gst_structure_new(
      "isr-level", "running-time", G_TYPE_UINT64, guint64{place_.running_time}, "stream-time",
      G_TYPE_UINT64, guint64{place_.stream_time}, "interval", G_TYPE_UINT64, guint64{interval},
      "file", G_TYPE_UINT, place_.file, "window", G_TYPE_UINT64, guint64{place_.window}, "rate",
      G_TYPE_INT, format.rate, "channels", G_TYPE_INT, format.channels, nullptr);
  const auto channels = static_cast<std::size_t>(format.channels);
  SetArray(structure, "rms", rms_);
  SetArray(structure, "peak", peak_);
  SetArray(structure, "detection", detection_);
  SetArray(structure, "floor", floor_);
  SetArrays(structure, "channel-rms", channels, channel_rms_);
  SetArrays(structure, "channel-peak", channels, channel_peak_);
  count_ = 0;
  return structure;
}

GstStructure* EventBeginMessage(const Section& section, const WindowPlace& start) {
  return EventMessage("isr-event-begin", section, start);
}

GstStructure* EventEndMessage(const Section& section, const WindowPlace& start,
                              const WindowPlace& end) {
  GstStructure* const structure = EventMessage("isr-event-end", section, start);
  const bool is_timed = GST_CLOCK_TIME_IS_VALID(start.running_time) &&
                        GST_CLOCK_TIME_IS_VALID(end.running_time) &&
                        end.running_time >= start.running_time;
  gst_structure_set(
      structure, "duration", G_TYPE_UINT64,
      is_timed ? guint64{end.running_time - start.running_time} : guint64{GST_CLOCK_TIME_NONE},
      "end-file", G_TYPE_UINT, end.file, "end-window", G_TYPE_UINT64, guint64{end.window}, nullptr);
  return structure;
}

}  // namespace isr
