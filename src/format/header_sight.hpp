#pragma once

namespace isr {

/// Whether something begins at the front of some bytes.
enum class HeaderSight { kNo, kYes, kNeedMore };

}  // namespace isr
