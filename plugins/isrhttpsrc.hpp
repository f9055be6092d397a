#pragma once

#include <gst/base/gstpushsrc.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_HTTP_SRC (isr_http_src_get_type())
G_DECLARE_FINAL_TYPE(IsrHttpSrc, isr_http_src, ISR, HTTP_SRC, GstPushSrc)

G_END_DECLS
