#include "worker/decode_process.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/decode.hpp"

extern char** environ;

namespace isr {

DecodeProcess::DecodeProcess(const Fd& file, std::string command) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw SystemError("cannot make a pipe", errno);
  output_ = Fd(ends[0]);
  const Fd input(ends[1]);
  // Both above the numbers that they get there: a copy onto itself would stay close-on-exec.
  const Fd source(::fcntl(file.Get(), F_DUPFD_CLOEXEC, kDecodeInput + 1));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.Get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, source.Get(), kDecodeInput);
  std::string program = "isr";
  char* const words[] = {program.data(), command.data(), nullptr};
  const int error = ::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw SystemError("cannot start a process to decode", error);
}

DecodeProcess::~DecodeProcess() {
  if (ended_) return;
  ::kill(process_, SIGKILL);
  End();
}

bool DecodeProcess::Read(std::string& text, std::chrono::milliseconds patience) {
  pollfd ready{.fd = output_.Get(), .events = POLLIN};
  const int count = ::poll(&ready, 1, static_cast<int>(patience.count()));
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  char bytes[4096];
  const ssize_t size = ::read(output_.Get(), bytes, sizeof bytes);
  at_end_ = size <= 0;
  if (size > 0) text.append(bytes, static_cast<size_t>(size));
  return true;
}

int DecodeProcess::End() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace isr
