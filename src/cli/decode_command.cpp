#include "cli/commands.hpp"
#include "worker/decode.hpp"

namespace isr {

int DecodeCommand(const Arguments& /*arguments*/) {
  Decode(DecodeTask::kCheck);
  return kExitOk;
}

int MeasureCommand(const Arguments& /*arguments*/) {
  Decode(DecodeTask::kMeasure);
  return kExitOk;
}

}  // namespace isr
