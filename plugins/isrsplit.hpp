#pragma once

#include <gst/gst.h>

#include "base/clock.hpp"
#include "time/time_zone.hpp"

G_BEGIN_DECLS

#define ISR_TYPE_SPLIT (isr_split_get_type())
G_DECLARE_FINAL_TYPE(IsrSplit, isr_split, ISR, SPLIT, GstElement)

G_END_DECLS

namespace isr {

/// Makes the element take the time from `clock` and `zone`, which must outlive it, instead of the
/// machine. For tests; before the element goes to PAUSED.
void SetSplitTime(GstElement* isrsplit, const Clock& clock, const TimeZone& zone);

}  // namespace isr
