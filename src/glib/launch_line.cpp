#include "glib/launch_line.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "glib/ref.hpp"

namespace isr {
namespace {

/// A made-up name is the factory's and a number.
bool HasOwnName(GstElement* element) {
  std::string_view name = GST_ELEMENT_NAME(element);
  const std::string_view factory = GST_OBJECT_NAME(gst_element_get_factory(element));
  if (!name.starts_with(factory)) return true;
  name.remove_prefix(factory.size());
  return name.empty() || !std::all_of(name.begin(), name.end(), ::isdigit);
}

/// For gst-launch's own parser, which takes a value with anything unusual in it in double quotes.
std::string Quoted(const std::string& value) {
  const bool is_plain =
      !value.empty() && value.find_first_of(" \t\"'\\!<>{}[]") == std::string::npos;
  if (is_plain) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

/// `quote`: each word for the shell, or not, inside a word.
using Quote = std::string (*)(const std::string&);
std::string AsItIs(const std::string& text) {
  return text;
}

std::string ElementText(GstElement* element, bool with_name, Quote quote);

std::string ValueText(const GValue* value) {
  if (G_VALUE_HOLDS_STRING(value)) return Quoted(g_value_get_string(value));
  if (G_VALUE_HOLDS_OBJECT(value)) {
    GObject* const object = G_OBJECT(g_value_get_object(value));
    return GST_IS_ELEMENT(object) ? Quoted(ElementText(GST_ELEMENT(object), false, AsItIs)) : "";
  }
  const std::unique_ptr<char, decltype(&g_free)> text(gst_value_serialize(value), g_free);
  return text == nullptr ? "" : text.get();
}

bool IsAsItComes(GstElement* fresh, GParamSpec* spec, const GValue* value) {
  GValue usual = G_VALUE_INIT;
  g_value_init(&usual, G_PARAM_SPEC_VALUE_TYPE(spec));
  g_object_get_property(G_OBJECT(fresh), spec->name, &usual);
  const bool is_same = g_param_values_cmp(spec, &usual, value) == 0;
  g_value_unset(&usual);
  return is_same;
}

/// " name=value", or nothing for one that `fresh`, an element just made, has as well, and for one
/// that cannot be told.
std::string PropertyText(GstElement* element, GstElement* fresh, GParamSpec* spec, Quote quote) {
  constexpr int kBoth = G_PARAM_READABLE | G_PARAM_WRITABLE;
  const std::string_view name = spec->name;
  if ((spec->flags & kBoth) != kBoth || name == "name" || name == "parent") return {};
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_PARAM_SPEC_VALUE_TYPE(spec));
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  const std::string text = IsAsItComes(fresh, spec, &value) ? std::string() : ValueText(&value);
  g_value_unset(&value);
  if (text.empty()) return {};
  const bool is_login = name == "user-id" && g_object_class_find_property(
                                                 G_OBJECT_GET_CLASS(element), "user-pw") != nullptr;
  return " " + quote(fmt::format("{}={}", name, text)) + (is_login ? " user-pw=PASSWORD" : "");
}

/// A filter is written as its caps.
std::string CapsText(GstElement* filter, Quote quote) {
  GstCaps* raw = nullptr;
  g_object_get(filter, "caps", &raw, nullptr);
  const auto caps = Ref<GstCaps>::Adopt(raw);
  const std::unique_ptr<char, decltype(&g_free)> text(gst_caps_to_string(caps.Get()), g_free);
  return quote(text.get());
}

std::string ElementText(GstElement* element, bool with_name, Quote quote) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  std::string text = GST_OBJECT_NAME(factory);
  if (text == "capsfilter" && !with_name) return CapsText(element, quote);
  if (with_name) text += " " + quote(fmt::format("name={}", Quoted(GST_ELEMENT_NAME(element))));
  GstElement* const made = gst_element_factory_create(factory, nullptr);
  const auto fresh = Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(made)));
  guint count = 0;
  const std::unique_ptr<GParamSpec*, decltype(&g_free)> specs(
      g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count), g_free);
  for (guint i = 0; i < count; ++i) {
    text += PropertyText(element, fresh.Get(), specs.get()[i], quote);
  }
  return text;
}

bool IsPlainBin(GstElement* element) {
  return G_OBJECT_TYPE(element) == GST_TYPE_BIN || G_OBJECT_TYPE(element) == GST_TYPE_PIPELINE;
}

/// The elements in a bin, those of plain bins in it too. Borrowed from it.
std::vector<GstElement*> ElementsOf(GstElement* bin) {
  std::vector<GstElement*> all;
  for (GList* child = GST_BIN_CHILDREN(bin); child != nullptr; child = child->next) {
    auto* const element = GST_ELEMENT(child->data);
    if (!IsPlainBin(element)) {
      all.push_back(element);
      continue;
    }
    const auto inner = ElementsOf(element);
    all.insert(all.end(), inner.begin(), inner.end());
  }
  std::reverse(all.begin(), all.end());  // children are listed last first
  return all;
}

/// The element that a source pad leads to, through the walls of bins; nullptr for none.
GstElement* Following(GstPad* pad) {
  Ref<GstPad> peer = Ref<GstPad>::Adopt(gst_pad_get_peer(pad));
  while (peer) {
    const auto parent = Ref<GstObject>::Adopt(gst_pad_get_parent(peer.Get()));
    if (parent && GST_IS_ELEMENT(parent.Get()) && !IsPlainBin(GST_ELEMENT(parent.Get()))) {
      return GST_ELEMENT(parent.Get());  // alive as long as its bin
    }
    const auto other =
        GST_IS_GHOST_PAD(peer.Get())
            ? Ref<GstPad>::Adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(peer.Get())))
            : Ref<GstPad>::Adopt(GST_PAD(gst_proxy_pad_get_internal(GST_PROXY_PAD(peer.Get()))));
    if (!other) return nullptr;
    // Into a bin the target is there already; out of it the wall's other side leads on.
    const bool goes_in = GST_IS_GHOST_PAD(peer.Get()) != FALSE;
    peer = goes_in ? other : Ref<GstPad>::Adopt(gst_pad_get_peer(other.Get()));
  }
  return nullptr;
}

GstElement* After(GstElement* element) {
  GList* const pads = element->srcpads;
  return pads == nullptr ? nullptr : Following(GST_PAD(pads->data));
}

int LinksInto(const std::vector<GstElement*>& elements, GstElement* element) {
  return static_cast<int>(std::count_if(elements.begin(), elements.end(),
                                        [&](GstElement* one) { return After(one) == element; }));
}

}  // namespace

std::string LaunchLineOf(GstElement* pipeline) {
  const std::vector<GstElement*> elements = ElementsOf(pipeline);
  std::vector<GstElement*> told;
  std::string line;
  for (GstElement* const first : elements) {
    if (LinksInto(elements, first) > 0) continue;
    if (!line.empty()) line += ' ';
    for (GstElement* at = first; at != nullptr; at = After(at)) {
      if (at != first) line += " ! ";
      if (std::find(told.begin(), told.end(), at) != told.end()) {
        line += fmt::format("{}.", GST_ELEMENT_NAME(at));
        break;
      }
      told.push_back(at);
      line += ElementText(at, HasOwnName(at) || LinksInto(elements, at) > 1, ShellWord);
    }
  }
  return line;
}

std::string ShellWord(const std::string& text) {
  const bool is_plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_./:@%+,=-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (is_plain) return text;
  const std::unique_ptr<char, decltype(&g_free)> quoted(g_shell_quote(text.c_str()), g_free);
  return quoted.get();
}

}  // namespace isr
