#pragma once

#include "format/cut.hpp"

namespace isr {

/// What a process that cuts does: prints a line "cut BYTES END", END in seconds, then the cut of
/// the file that it has (kDecodeInput); or a line "beyond SECONDS" when the file lasts only so
/// long; or "trouble REASON". Before these, lines "progress". It ends early when it cannot read on.
void PrintCut(const CutRequest& request);

}  // namespace isr
