#include "recorder/element_facts.hpp"

#include <algorithm>
#include <cmath>

namespace isr {
namespace {

/// A number for each window, in dB; NaN for a missing one.
std::vector<std::int16_t> Hundredths(const GstStructure* facts, const char* field) {
  std::vector<std::int16_t> levels;
  const GValue* const list = gst_structure_get_value(facts, field);
  if (list == nullptr || !GST_VALUE_HOLDS_ARRAY(list)) return levels;
  for (guint i = 0; i < gst_value_array_get_size(list); ++i) {
    const double level = g_value_get_double(gst_value_array_get_value(list, i));
    levels.push_back(std::isnan(level) ? kMissingLevel
                                       : static_cast<std::int16_t>(std::lround(level * 100)));
  }
  return levels;
}

}  // namespace

std::uint64_t Unsigned(const GstStructure* facts, const char* field) {
  guint64 value = 0;
  gst_structure_get_uint64(facts, field, &value);
  return value;
}

UtcTime Time(const GstStructure* facts, const char* field) {
  gint64 value = 0;
  gst_structure_get_int64(facts, field, &value);
  return UtcTime(std::chrono::microseconds(value));
}

guint Number(const GstStructure* facts) {
  guint value = 0;
  gst_structure_get_uint(facts, "number", &value);
  return value;
}

bool Boolean(const GstStructure* facts, const char* field) {
  gboolean value = FALSE;
  gst_structure_get_boolean(facts, field, &value);
  return value != FALSE;
}

int Integer(const GstStructure* facts, const char* field) {
  gint value = 0;
  gst_structure_get_int(facts, field, &value);
  return value;
}

void NoteClock(Segment& segment, const GstStructure* facts) {
  segment.clock = Boolean(facts, "synced") ? ClockQuality::kSynced : ClockQuality::kFreeRunning;
  gdouble ppm = 0.0;
  gst_structure_get_double(facts, "ppm", &ppm);
  // As exact as it is kept everywhere.
  if (ppm != 0.0) segment.ppm = std::round(ppm * 1000) / 1000;
}

std::vector<LevelWindow> LevelsIn(const GstStructure* facts) {
  const auto rms = Hundredths(facts, "rms");
  const auto detection = Hundredths(facts, "detection");
  const auto peak = Hundredths(facts, "peak");
  std::vector<LevelWindow> levels(std::min({rms.size(), detection.size(), peak.size()}));
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = {rms[i], detection[i], peak[i]};
  return levels;
}

}  // namespace isr
