#pragma once

namespace isr {

/// The descriptor on which the listening worker has its socket.
constexpr int kListenSocket = 3;

/// What the process `isr listen` does: takes the frames of all coded streams and gives their
/// levels (wire.hpp), until its peer has gone. GStreamer is initialised.
void Listen();

}  // namespace isr
