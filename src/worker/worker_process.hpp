#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include <sys/types.h>

namespace isr {

/// A descriptor of ours, and the number that a process gets it under.
struct InheritedFd {
  int ours = -1;
  int theirs = -1;
};

/// Starts this program again, with that command and its words. SIGINT, SIGTERM and SIGHUP, which a
/// terminal and systemd send to all processes at once, do not reach it: they are for who started
/// it, and it ends when that wants. Throws Error.
pid_t StartWorkerProcess(std::vector<std::string> words, std::initializer_list<InheritedFd> fds);

/// The same for another program. `words`: the first is what it is called.
pid_t StartProcess(const char* path, std::vector<std::string> words,
                   std::initializer_list<InheritedFd> fds);

/// What such a process does first: it ends with the thread that started it, and is as nice as that.
void BeWorkerProcess(int niceness);

}  // namespace isr
