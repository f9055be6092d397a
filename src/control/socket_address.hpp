#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>
#include <sys/un.h>

namespace isr {

/// Where the daemon listens and its commands find it.
struct ControlSocket {
  std::string path;
  mode_t mode;  ///< who may connect
};

/// `<runtime directory>/control.sock` where systemd gives one (`runtime_variable` is
/// $RUNTIME_DIRECTORY: folders separated by ':', or empty), for the user and the group; else
/// `<state directory>/control.sock`, for the user alone.
ControlSocket LocateControlSocket(const std::string& state_directory,
                                  std::string_view runtime_variable);

/// Of an isr that runs for one user: in $XDG_RUNTIME_DIR, where there is one.
ControlSocket UserControlSocket(const std::string& state_directory,
                                std::string_view runtime_directory);

/// The address for bind and connect. Throws Error that names the path when it is too long for one.
sockaddr_un SocketAddress(const std::string& path);

}  // namespace isr
