#include "plugins/elements.hpp"

#include "plugins/isrsplit.hpp"

namespace isr {

bool RegisterElements(GstPlugin* plugin) {
  return gst_element_register(plugin, "isrsplit", GST_RANK_NONE, ISR_TYPE_SPLIT);
}

}  // namespace isr
