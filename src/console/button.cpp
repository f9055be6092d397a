#include "console/button.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <linux/input.h>
#include <unistd.h>

#include "glib/log.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "console";

/// How often a device is looked for that is not there.
constexpr std::chrono::seconds kRetry{2};

constexpr int kPressed = 1;  // 0 is released, 2 repeated

}  // namespace

Button::Button(std::string device, unsigned key, std::function<void()> pressed)
    : device_(std::move(device)), key_(key), pressed_(std::move(pressed)) {
  Open();
}

void Button::Open() {
  fd_.Reset(::open(device_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd_.IsOpen()) {
    Lose(std::strerror(errno));
    return;
  }
  if (std::exchange(is_lost_, false)) LogInfo(kDomain, "the button '{}' is there", device_);
  readable_ = SourceHandle::OnFd(fd_.Get(), GIOCondition(G_IO_IN | G_IO_HUP | G_IO_ERR),
                                 [this] { Read(); });
}

void Button::Read() {
  // A device gives whole events.
  std::array<input_event, 64> events{};
  const ssize_t count = ::read(fd_.Get(), events.data(), sizeof(events));
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    Lose(count == 0 ? "it was taken away" : std::strerror(errno));
    return;
  }
  for (size_t i = 0; i < static_cast<size_t>(count) / sizeof(input_event); ++i) {
    const input_event& event = events.at(i);
    if (event.type == EV_KEY && event.code == key_ && event.value == kPressed) pressed_();
  }
}

void Button::Lose(const std::string& why) {
  if (!std::exchange(is_lost_, true)) {
    LogWarning(kDomain, "the button '{}' cannot be read: {}; it is looked for again", device_, why);
  }
  readable_.Reset();
  fd_.Reset();
  retry_ = SourceHandle::After(kRetry, [this] { Open(); });
}

}  // namespace isr
