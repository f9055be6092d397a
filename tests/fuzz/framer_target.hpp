#pragma once

#include "format/frame.hpp"

namespace isr {

/// Checks on any bytes that a framer gives the same frames however they are cut, and, where
/// `counts_bytes`, that its frames and what it skipped are all of them.
void CheckFramer(Codec codec, ByteView bytes, bool counts_bytes);

}  // namespace isr
