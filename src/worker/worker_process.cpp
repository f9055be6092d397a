#include "worker/worker_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/fd.hpp"

extern char** environ;

namespace isr {

pid_t StartWorkerProcess(std::vector<std::string> words, std::initializer_list<InheritedFd> fds) {
  words.insert(words.begin(), "isr");
  return StartProcess("/proc/self/exe", std::move(words), fds);
}

pid_t StartProcess(const char* path, std::vector<std::string> words,
                   std::initializer_list<InheritedFd> fds) {
  // All above the numbers that they get there: a copy onto itself would stay close-on-exec.
  int above = 0;
  for (const InheritedFd& fd : fds) above = std::max(above, fd.theirs + 1);
  std::vector<Fd> copies;
  for (const InheritedFd& fd : fds) {
    copies.emplace_back(::fcntl(fd.ours, F_DUPFD_CLOEXEC, above));
    if (!copies.back().IsOpen()) throw SystemError("cannot copy a descriptor", errno);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const Fd* copy = copies.data();
  for (const InheritedFd& fd : fds) {
    posix_spawn_file_actions_adddup2(&actions, (copy++)->Get(), fd.theirs);
  }
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&blocked, number);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &blocked);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);

  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = -1;
  const int error = ::posix_spawn(&process, path, &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw SystemError("cannot start a process", error);
  return process;
}

void BeWorkerProcess(int niceness) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::nice(niceness) == -1) {
    // It goes on as it is.
  }
}

}  // namespace isr
