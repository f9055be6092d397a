#pragma once

#include <gst/base/gstpushsrc.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_TYPE_DESKTOP_SRC (isr_desktop_src_get_type())
G_DECLARE_FINAL_TYPE(IsrDesktopSrc, isr_desktop_src, ISR, DESKTOP_SRC, GstPushSrc)

G_END_DECLS
