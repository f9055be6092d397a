#include "glib/types.hpp"

#include <initializer_list>

#include <gio/gio.h>

namespace isr {

/// Those with interfaces: it is adding one that waits for classes which are being made.
void RegisterSharedTypes() {
  for (const GType type :
       {G_TYPE_TASK, G_TYPE_SOCKET, G_TYPE_INET_SOCKET_ADDRESS, G_TYPE_NETWORK_ADDRESS,
        G_TYPE_SIMPLE_PROXY_RESOLVER, G_TYPE_BUFFERED_INPUT_STREAM, G_TYPE_CONVERTER_INPUT_STREAM,
        G_TYPE_MEMORY_INPUT_STREAM, G_TYPE_MEMORY_OUTPUT_STREAM}) {
    g_type_ensure(type);
  }
}

}  // namespace isr
