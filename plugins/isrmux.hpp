#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_MUX (isr_mux_get_type())
G_DECLARE_FINAL_TYPE(IsrMux, isr_mux, ISR, MUX, GstElement)

G_END_DECLS
