#include "control/socket_address.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/socket.h>

#include "base/error.hpp"

namespace isr {

ControlSocket LocateControlSocket(const std::string& state_directory,
                                  std::string_view runtime_variable) {
  const std::string_view runtime = runtime_variable.substr(0, runtime_variable.find(':'));
  if (!runtime.empty()) return {std::string(runtime) + "/control.sock", 0660};
  return {state_directory + "/control.sock", 0600};
}

ControlSocket UserControlSocket(const std::string& state_directory,
                                std::string_view runtime_directory) {
  if (!runtime_directory.empty()) return {std::string(runtime_directory) + "/isr.sock", 0600};
  return LocateControlSocket(state_directory, {});
}

sockaddr_un SocketAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr size_t kMaxBytes = sizeof address.sun_path - 1;
  if (path.size() > kMaxBytes) {
    throw Error(
        fmt::format("the control socket '{}' has {} bytes, a socket's path at most {}; "
                    "choose a shorter state_directory",
                    path, path.size(), kMaxBytes));
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

}  // namespace isr
