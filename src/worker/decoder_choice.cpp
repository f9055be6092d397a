#include "worker/decoder_choice.hpp"

#include <gst/gst.h>

#include "glib/ref.hpp"

namespace isr {

void PreferFastDecoders() {
  // 2.4 times as fast as libav's, which has the same rank.
  const auto fast = Ref<GstPluginFeature>::Adopt(
      gst_registry_lookup_feature(gst_registry_get(), "mpg123audiodec"));
  if (!fast || gst_plugin_feature_get_rank(fast.Get()) != GST_RANK_MARGINAL) return;
  gst_plugin_feature_set_rank(fast.Get(), GST_RANK_MARGINAL + 1);
}

}  // namespace isr
