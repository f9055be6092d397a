#include "plugins/elements.hpp"

#include "plugins/isrdesktopsrc.hpp"
#include "plugins/isrfilesink.hpp"
#include "plugins/isrhttpsrc.hpp"
#include "plugins/isrlevel.hpp"
#include "plugins/isrmux.hpp"
#include "plugins/isrparse.hpp"
#include "plugins/isrsplit.hpp"

namespace isr {

bool RegisterElements(GstPlugin* plugin) {
  return gst_element_register(plugin, "isrhttpsrc", GST_RANK_NONE, ISR_TYPE_HTTP_SRC) &&
         gst_element_register(plugin, "isrdesktopsrc", GST_RANK_NONE, ISR_TYPE_DESKTOP_SRC) &&
         gst_element_register(plugin, "isrsplit", GST_RANK_NONE, ISR_TYPE_SPLIT) &&
         gst_element_register(plugin, "isrfilesink", GST_RANK_NONE, ISR_TYPE_FILE_SINK) &&
         gst_element_register(plugin, "isrlevel", GST_RANK_NONE, ISR_TYPE_LEVEL) &&
         gst_element_register(plugin, "isrmux", GST_RANK_NONE, ISR_TYPE_MUX) &&
         gst_element_register(plugin, "isrparse", GST_RANK_NONE, ISR_TYPE_PARSE);
}

}  // namespace isr
