#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isr {

/// What of a sound server is to be recorded.
struct DesktopTarget {
  enum class Kind {
    kSystem,       ///< what the default output plays
    kInput,        ///< the default input
    kApplication,  ///< all that one application plays
    kNode,         ///< one source of the server, by its name
  };

  Kind kind = Kind::kSystem;
  std::string name;  ///< kApplication, kNode

  bool operator==(const DesktopTarget&) const = default;
};

/// `text`: "system", "input", "app:firefox", or the name of a node.
DesktopTarget DesktopTargetFrom(const std::string& text);

/// For people: "firefox", "the default output".
std::string Describe(const DesktopTarget& target);

/// Whether an application that calls itself `name`, or whose program is `binary`, is the one that
/// is meant by `wanted`. Any case.
bool IsApplication(std::string_view wanted, std::string_view name, std::string_view binary);

/// What can be recorded from a sound server.
struct DesktopNode {
  std::string source;  ///< what `source = ` takes: "app:Firefox"
  std::string name;    ///< for people

  bool operator==(const DesktopNode&) const = default;
};

/// Adds an application by one of its streams, `title`; one that is there already gets no second
/// entry.
void AddApplication(std::vector<DesktopNode>& nodes, const std::string& name,
                    const std::string& binary, const std::string& title);

}  // namespace isr
