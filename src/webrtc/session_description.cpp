#include "webrtc/session_description.hpp"

#include <gst/sdp/sdp.h>

#include "base/error.hpp"

namespace isr {
namespace {

/// gst/webrtc/rtcsessiondescription.h
struct Layout {
  SessionDescription::Type type;
  GstSDPMessage* sdp;
};

}  // namespace

GType SessionDescription::BoxedType() {
  return g_type_from_name("GstWebRTCSessionDescription");
}

SessionDescription::SessionDescription(Type type, std::string_view sdp) {
  Layout layout{type, nullptr};
  gst_sdp_message_new(&layout.sdp);
  const bool is_read =
      gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(sdp.data()),
                                   static_cast<guint>(sdp.size()), layout.sdp) == GST_SDP_OK;
  if (is_read) boxed_ = g_boxed_copy(BoxedType(), &layout);
  gst_sdp_message_free(layout.sdp);
  if (!is_read) throw Error("GStreamer cannot read the SDP");
}

SessionDescription::~SessionDescription() {
  if (boxed_ != nullptr) g_boxed_free(BoxedType(), boxed_);
}

std::string SessionDescription::Text() const {
  if (boxed_ == nullptr) return {};
  g_autofree char* text = gst_sdp_message_as_text(static_cast<const Layout*>(boxed_)->sdp);
  return text;
}

}  // namespace isr
