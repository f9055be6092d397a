#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <pipewire/pipewire.h>

namespace isr {

/// A node of a PipeWire graph that has to do with audio.
struct PipewireNode {
  std::uint32_t id = 0;
  std::string serial;       ///< never used twice
  std::string name;         ///< "alsa_output.pci-0000_00_1f.3.analog-stereo"
  std::string description;  ///< for people
  std::string media_class;  ///< "Audio/Sink", "Stream/Output/Audio"
  std::string application;  ///< of a stream: "Firefox"
  std::string binary;       ///< of a stream: "firefox-bin"
  bool is_running = false;

  bool IsOutput() const { return media_class == "Audio/Sink"; }
  bool IsInput() const { return media_class.starts_with("Audio/Source"); }
  bool IsPlayer() const { return media_class == "Stream/Output/Audio"; }
  bool IsPlaying() const { return IsPlayer() && is_running; }
};

/// A connection to a PipeWire server, and what nodes it has. All under the lock of the context's
/// loop, or in its thread.
class PipewireRegistry {
 public:
  struct Client {
    std::function<void()> on_change;  ///< once all is known, and then after each change
    std::function<void()> on_lost;    ///< the connection is lost; must not destroy the registry
  };

  /// Throws Error when nobody is there.
  PipewireRegistry(pw_context* context, Client client);
  ~PipewireRegistry();
  PipewireRegistry(const PipewireRegistry&) = delete;
  PipewireRegistry& operator=(const PipewireRegistry&) = delete;

  std::vector<PipewireNode> Nodes() const;
  pw_core* Core() const { return core_; }

 private:
  struct Global;

  void OnGlobal(std::uint32_t id, const char* type, const spa_dict* properties);
  void Sync();
  struct Events;

  const Client client_;
  pw_core* core_ = nullptr;
  spa_hook core_listener_{};
  pw_registry* registry_ = nullptr;
  spa_hook registry_listener_{};
  int pending_ = 0;  ///< of the last question to the server, which answers in order
  std::map<std::uint32_t, std::unique_ptr<Global>> globals_;
};

}  // namespace isr
