#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "control/connection.hpp"
#include "control/control_service.hpp"
#include "control/socket_address.hpp"
#include "glib/source_handle.hpp"

namespace isr {

struct ControlServerOptions {
  size_t max_clients = 16;  ///< above this, new ones wait in the kernel's queue
  ControlConnection::Limits connection;
};

/// Whether a daemon answers at this socket. One that has died leaves a socket that nobody does.
bool IsControlSocketAlive(const std::string& path);

/// Serves the control socket, see protocol.hpp. Main thread only; answers come while its main loop
/// runs. Every connection ends with it.
class ControlServer final : ControlConnection::Owner {
 public:
  /// Listens at once, in place of a socket that a dead daemon left. `service` is not called before
  /// the main loop runs, and outlives the server. Throws Error.
  ControlServer(const ControlSocket& socket, ControlService& service,
                ControlServerOptions options = {});
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Removes the socket. Who is connected stays so.
  void StopListening();

 private:
  struct Client {
    std::uint64_t number;  ///< answers that come late find their client by it, or none
    std::unique_ptr<ControlConnection> connection;
  };

  void OnRequest(ControlConnection& connection, const std::string& line) override;
  void OnEnded(ControlConnection& connection) override;
  void AcceptOn();
  void Accept();
  void Respond(std::uint64_t number, std::string answer);
  void Sweep();
  std::uint64_t NumberOf(const ControlConnection& connection) const;

  const std::string path_;
  ControlService& service_;
  const ControlServerOptions options_;
  Fd fd_;
  std::uint64_t last_number_ = 0;
  std::vector<Client> clients_;
  std::vector<std::uint64_t> ended_;
  SourceHandle incoming_;
  SourceHandle accept_again_;
  SourceHandle sweep_;
};

}  // namespace isr
