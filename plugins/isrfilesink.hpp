#pragma once

#include <gst/base/gstbasesink.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_FILE_SINK (isr_file_sink_get_type())
G_DECLARE_FINAL_TYPE(IsrFileSink, isr_file_sink, ISR, FILE_SINK, GstBaseSink)

G_END_DECLS
