#pragma once

namespace isr {

/// Before there is a second thread. In GLib 2.74 a thread that makes one of libsoup's classes waits
/// for a type of GIO which another thread registers, and that one for the class: for ever, both.
void RegisterSharedTypes();

}  // namespace isr
