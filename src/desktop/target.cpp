#include "desktop/target.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr std::string_view kApplicationPrefix = "app:";

}  // namespace

DesktopTarget DesktopTargetFrom(const std::string& text) {
  if (text == "system") return {DesktopTarget::Kind::kSystem, {}};
  if (text == "input") return {DesktopTarget::Kind::kInput, {}};
  if (!text.starts_with(kApplicationPrefix)) return {DesktopTarget::Kind::kNode, text};
  return {DesktopTarget::Kind::kApplication,
          std::string(Trim(std::string_view(text).substr(kApplicationPrefix.size())))};
}

std::string Describe(const DesktopTarget& target) {
  switch (target.kind) {
    case DesktopTarget::Kind::kSystem:
      return "the default output";
    case DesktopTarget::Kind::kInput:
      return "the default input";
    case DesktopTarget::Kind::kApplication:
    case DesktopTarget::Kind::kNode:
      break;
  }
  return target.name;
}

bool IsApplication(std::string_view wanted, std::string_view name, std::string_view binary) {
  const std::string lower = LowerCase(wanted);
  return lower == LowerCase(name) || lower == LowerCase(binary);
}

void AddApplication(std::vector<DesktopNode>& nodes, const std::string& name,
                    const std::string& binary, const std::string& title) {
  const std::string called = name.empty() ? binary : name;
  if (called.empty()) return;
  const std::string source = std::string(kApplicationPrefix) + called;
  const bool is_known = std::any_of(nodes.begin(), nodes.end(), [&source](const DesktopNode& node) {
    return node.source == source;
  });
  if (!is_known) nodes.push_back({source, title});
}

}  // namespace isr
