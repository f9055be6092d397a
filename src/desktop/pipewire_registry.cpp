#include "desktop/pipewire_registry.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/guarded.hpp"

namespace isr {
namespace {

void Keep(std::string& text, const spa_dict* properties, const char* key) {
  const char* const value = properties == nullptr ? nullptr : spa_dict_lookup(properties, key);
  if (value != nullptr) text = value;
}

}  // namespace

/// A node, or a client that has some. A node tells less of its application than its client does.
struct PipewireRegistry::Global {
  Global(PipewireRegistry& of, std::uint32_t id) : owner(of) { node.id = id; }
  ~Global() {
    spa_hook_remove(&listener);
    if (proxy != nullptr) pw_proxy_destroy(proxy);
  }
  Global(const Global&) = delete;
  Global& operator=(const Global&) = delete;

  void Learn(const spa_dict* properties) {
    Keep(node.serial, properties, PW_KEY_OBJECT_SERIAL);
    Keep(node.name, properties, PW_KEY_NODE_NAME);
    Keep(node.description, properties, PW_KEY_NODE_DESCRIPTION);
    Keep(node.media_class, properties, PW_KEY_MEDIA_CLASS);
    Keep(node.application, properties, PW_KEY_APP_NAME);
    Keep(node.binary, properties, PW_KEY_APP_PROCESS_BINARY);
    Keep(client, properties, PW_KEY_CLIENT_ID);
  }

  PipewireRegistry& owner;
  pw_proxy* proxy = nullptr;
  spa_hook listener{};
  bool is_node = false;
  PipewireNode node;
  std::string client;
};

struct PipewireRegistry::Events {
  static void OnNode(void* self, const pw_node_info* info) {
    Guarded("PipeWire node", [&] {
      auto& global = *static_cast<Global*>(self);
      global.Learn(info->props);
      global.node.is_running = info->state == PW_NODE_STATE_RUNNING;
      global.owner.Sync();
    });
  }
  static void OnClient(void* self, const pw_client_info* info) {
    Guarded("PipeWire client", [&] {
      auto& global = *static_cast<Global*>(self);
      global.Learn(info->props);
      global.owner.Sync();
    });
  }
  static void OnGlobal(void* self, std::uint32_t id, std::uint32_t /*permissions*/,
                       const char* type, std::uint32_t /*version*/, const spa_dict* properties) {
    Guarded("PipeWire registry",
            [&] { static_cast<PipewireRegistry*>(self)->OnGlobal(id, type, properties); });
  }
  static void OnRemoved(void* self, std::uint32_t id) {
    Guarded("PipeWire registry", [&] {
      auto& registry = *static_cast<PipewireRegistry*>(self);
      if (registry.globals_.erase(id) > 0) registry.Sync();
    });
  }
  static void OnDone(void* self, std::uint32_t id, int sequence) {
    Guarded("PipeWire answer", [&] {
      auto& registry = *static_cast<PipewireRegistry*>(self);
      if (id == PW_ID_CORE && sequence == registry.pending_) registry.client_.on_change();
    });
  }
  static void OnError(void* self, std::uint32_t id, int /*sequence*/, int result,
                      const char* /*message*/) {
    Guarded("PipeWire error", [&] {
      if (id == PW_ID_CORE && result == -EPIPE) {
        static_cast<PipewireRegistry*>(self)->client_.on_lost();
      }
    });
  }

  static const pw_core_events kCore;
  static const pw_registry_events kRegistry;
  static const pw_node_events kNode;
  static const pw_client_events kClient;
};

const pw_core_events PipewireRegistry::Events::kCore = [] {
  pw_core_events events{};
  events.version = PW_VERSION_CORE_EVENTS;
  events.done = OnDone;
  events.error = OnError;
  return events;
}();
const pw_registry_events PipewireRegistry::Events::kRegistry = [] {
  pw_registry_events events{};
  events.version = PW_VERSION_REGISTRY_EVENTS;
  events.global = OnGlobal;
  events.global_remove = OnRemoved;
  return events;
}();
const pw_node_events PipewireRegistry::Events::kNode = [] {
  pw_node_events events{};
  events.version = PW_VERSION_NODE_EVENTS;
  events.info = OnNode;
  return events;
}();
const pw_client_events PipewireRegistry::Events::kClient = [] {
  pw_client_events events{};
  events.version = PW_VERSION_CLIENT_EVENTS;
  events.info = OnClient;
  return events;
}();

PipewireRegistry::PipewireRegistry(pw_context* context, Client client)
    : client_(std::move(client)), core_(pw_context_connect(context, nullptr, 0)) {
  if (core_ == nullptr) throw Error("PipeWire does not run");
  pw_core_add_listener(core_, &core_listener_, &Events::kCore, this);
  registry_ = pw_core_get_registry(core_, PW_VERSION_REGISTRY, 0);
  pw_registry_add_listener(registry_, &registry_listener_, &Events::kRegistry, this);
  Sync();
}

PipewireRegistry::~PipewireRegistry() {
  globals_.clear();
  spa_hook_remove(&registry_listener_);
  pw_proxy_destroy(reinterpret_cast<pw_proxy*>(registry_));
  spa_hook_remove(&core_listener_);
  pw_core_disconnect(core_);
}

/// What has been asked for until now will have come before the answer.
void PipewireRegistry::Sync() {
  pending_ = pw_core_sync(core_, PW_ID_CORE, pending_);
}

void PipewireRegistry::OnGlobal(std::uint32_t id, const char* type, const spa_dict* properties) {
  const bool is_node = std::strcmp(type, PW_TYPE_INTERFACE_Node) == 0;
  if (!is_node && std::strcmp(type, PW_TYPE_INTERFACE_Client) != 0) return;
  auto global = std::make_unique<Global>(*this, id);
  global->is_node = is_node;
  global->Learn(properties);
  std::uint32_t version = PW_VERSION_CLIENT;
  if (is_node) version = PW_VERSION_NODE;
  void* const bound = pw_registry_bind(registry_, id, type, version, 0);
  if (bound == nullptr) return;
  global->proxy = static_cast<pw_proxy*>(bound);
  if (is_node) {
    pw_node_add_listener(static_cast<pw_node*>(bound), &global->listener, &Events::kNode,
                         global.get());
  } else {
    pw_client_add_listener(static_cast<pw_client*>(bound), &global->listener, &Events::kClient,
                           global.get());
  }
  globals_[id] = std::move(global);
  Sync();
}

std::vector<PipewireNode> PipewireRegistry::Nodes() const {
  std::map<std::string, const Global*> clients;
  for (const auto& [id, global] : globals_) {
    if (!global->is_node) clients[std::to_string(id)] = global.get();
  }
  std::vector<PipewireNode> nodes;
  for (const auto& [id, global] : globals_) {
    if (!global->is_node) continue;
    PipewireNode node = global->node;
    if (const auto client = clients.find(global->client); client != clients.end()) {
      if (node.application.empty()) node.application = client->second->node.application;
      if (node.binary.empty()) node.binary = client->second->node.binary;
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace isr
