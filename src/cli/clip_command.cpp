#include "base/text.hpp"
#include "cli/commands.hpp"
#include "worker/clip.hpp"

namespace isr {

int ClipCommand(const Arguments& arguments) {
  if (arguments.sources.size() != 2) return kExitUsage;
  const auto start = ParseInteger(arguments.sources[0]);
  const auto end = ParseInteger(arguments.sources[1]);
  if (!start || !end || *start < 0 || *end < *start) return kExitUsage;
  Clip(*start, *end);
  return kExitOk;
}

}  // namespace isr
