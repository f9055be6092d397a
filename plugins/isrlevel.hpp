#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_LEVEL (isr_level_get_type())
G_DECLARE_FINAL_TYPE(IsrLevel, isr_level, ISR, LEVEL, GstBaseTransform)

G_END_DECLS
