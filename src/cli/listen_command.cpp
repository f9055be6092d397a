#include "cli/commands.hpp"
#include "worker/listen.hpp"

namespace isr {

int ListenCommand(const Arguments& /*arguments*/) {
  Listen();
  return kExitOk;
}

}  // namespace isr
