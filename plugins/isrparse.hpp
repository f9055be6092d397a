#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_PARSE (isr_parse_get_type())
G_DECLARE_FINAL_TYPE(IsrParse, isr_parse, ISR, PARSE, GstElement)

G_END_DECLS
