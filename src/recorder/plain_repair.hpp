#pragma once

#include "recorder/repair.hpp"

namespace isr {

/// Sets the sizes in a WAV file's header by the size of the file, and cuts off a piece of a frame
/// at its end. Leaves other files as they are: players take an MPEG stream that ends anywhere.
RepairedAudio RepairPlainly(const Fd& file);

}  // namespace isr
