#include "worker/decode_process.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "worker/decode.hpp"
#include "worker/worker_process.hpp"

namespace isr {

DecodeProcess::DecodeProcess(const Fd& file, std::vector<std::string> words) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw SystemError("cannot make a pipe", errno);
  output_ = Fd(ends[0]);
  const Fd input(ends[1]);
  process_ = StartWorkerProcess(std::move(words),
                                {{input.Get(), STDOUT_FILENO}, {file.Get(), kDecodeInput}});
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
  char bytes[65536];  // what a pipe holds
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
