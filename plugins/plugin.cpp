// libgstisr.so: isr's elements for everybody's pipelines. The daemon has them built in.
#define PACKAGE "isr"

#include <gst/gst.h>

#include "plugins/elements.hpp"

static gboolean plugin_init(GstPlugin* plugin) {
  return isr::RegisterElements(plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, isr, "Elements of the isr recorder",
                  plugin_init, ISR_VERSION, "MIT/X11", "isr", "https://isr.example")
