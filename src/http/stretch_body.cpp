#include "http/stretch_body.hpp"

#include <algorithm>
#include <utility>

namespace isr {

bool StretchBody::Read(std::uint64_t /*offset*/, std::span<std::uint8_t> data) {
  while (next_.size() < data.size()) {
    if (process_->Read(next_, kStretchPatience)) continue;
    next_.append(std::exchange(padding_, 0), '\0');
    break;
  }
  if (next_.size() < data.size()) return false;
  std::copy_n(next_.begin(), data.size(), data.begin());
  next_.erase(0, data.size());
  return true;
}

Reply DecoderHangs(const std::string& name) {
  return ErrorReply(504, "decoder-hangs",
                    "the decoder of '" + name + "' says nothing; the file may be damaged");
}

}  // namespace isr
