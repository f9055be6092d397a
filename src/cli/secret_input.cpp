#include "cli/secret_input.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.hpp"

namespace isr {
namespace {

constexpr size_t kMaxLine = 4096;
constexpr std::array kEndings{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

volatile std::sig_atomic_t g_signal = 0;

/// As long as it lives nothing is shown of what is typed, and signals come only while Wait waits.
class HiddenTyping {
 public:
  HiddenTyping() {
    g_signal = 0;
    sigset_t endings{};
    sigemptyset(&endings);
    for (const int number : kEndings) sigaddset(&endings, number);
    sigprocmask(SIG_BLOCK, &endings, &mask_);
    struct sigaction note {};
    note.sa_handler = [](int number) { g_signal = number; };
    for (size_t i = 0; i < kEndings.size(); ++i) sigaction(kEndings[i], &note, &before_[i]);
    tcgetattr(STDIN_FILENO, &terminal_);
    termios hidden = terminal_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenTyping() {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_);
    for (size_t i = 0; i < kEndings.size(); ++i) sigaction(kEndings[i], &before_[i], nullptr);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
    fmt::print(stderr, "\n");
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;

  /// False: a signal came instead.
  bool Wait() const {
    pollfd typed{STDIN_FILENO, POLLIN, 0};
    ppoll(&typed, 1, nullptr, &mask_);
    return g_signal == 0;
  }

 private:
  sigset_t mask_{};
  termios terminal_{};
  std::array<struct sigaction, kEndings.size()> before_{};
};

/// A byte at a time: what stands behind the line is for the next reader.
std::string ReadLine(const HiddenTyping* typing) {
  std::string line;
  char c = 0;
  while (line.size() < kMaxLine) {
    if (typing != nullptr && !typing->Wait()) return {};
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError("cannot read the password", errno);
    if (count == 0 && line.empty()) throw Error("there was no password to read");
    if (count == 0 || c == '\n') return line;
    line += c;
  }
  throw Error("this is no password: the line has no end");
}

}  // namespace

std::string ReadSecret(const std::string& prompt) {
  std::string line;
  if (::isatty(STDIN_FILENO) != 1) {
    line = ReadLine(nullptr);
  } else {
    const HiddenTyping hidden;
    fmt::print(stderr, "{}: ", prompt);
    line = ReadLine(&hidden);
  }
  if (g_signal != 0) {
    std::raise(g_signal);
    throw Error("no password was set");  // whoever ignores the signal
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace isr
