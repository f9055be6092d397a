#pragma once

#include <string>

#include <gst/gst.h>

namespace isr {

/// What gst-launch-1.0 makes the same pipeline of, for a shell: elements, links, and properties
/// that are not as they come. Plain bins are taken apart. Left out is what only a program can set
/// (pointers, signals) and what cannot be read, which is how properties hold secrets: a `user-pw`
/// beside a `user-id` becomes the word PASSWORD. The pipeline need not run.
std::string LaunchLineOf(GstElement* pipeline);

/// One word of a shell's command line.
std::string ShellWord(const std::string& text);

}  // namespace isr
