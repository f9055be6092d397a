#include "glib/element.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "glib/property.hpp"

namespace isr {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kPackages{{
    {"alsasrc", "gstreamer1.0-alsa"},
    {"audioconvert", "gstreamer1.0-plugins-base"},
    {"audiomixer", "gstreamer1.0-plugins-base"},
    {"audiotestsrc", "gstreamer1.0-plugins-base"},
    {"aacparse", "gstreamer1.0-plugins-good"},
    {"hlsdemux2", "gstreamer1.0-plugins-good"},
    {"splitmuxsink", "gstreamer1.0-plugins-good"},
}};

std::string HowToGet(std::string_view factory) {
  for (const auto& [known, package] : kPackages) {
    if (known == factory) return fmt::format("; install the package {}", package);
  }
  return "";
}

}  // namespace

Ref<GstElement> MakeElement(const char* factory, const std::string& name) {
  GstElement* const element =
      gst_element_factory_make(factory, name.empty() ? nullptr : name.c_str());
  if (element == nullptr) {
    throw Error(fmt::format("GStreamer has no element '{}'{}", factory, HowToGet(factory)));
  }
  return Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(element)));
}

Ref<GstElement> MakeBin(const std::string& name) {
  return Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(name.c_str()))));
}

Ref<GstElement> MakePipeline(const std::string& name) {
  return Ref<GstElement>::Adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(name.c_str()))));
}

void AddAndLink(GstElement* bin, std::initializer_list<Ref<GstElement>> elements) {
  GstElement* before = nullptr;
  for (const Ref<GstElement>& element : elements) {
    gst_bin_add(GST_BIN(bin), element.Get());
    if (before != nullptr && !gst_element_link(before, element.Get())) {
      throw Error(fmt::format("cannot link {} to {}", GST_ELEMENT_NAME(before),
                              GST_ELEMENT_NAME(element.Get())));
    }
    before = element.Get();
  }
}

void ExposeSourcePad(GstElement* bin, GstElement* element) {
  const auto pad = Ref<GstPad>::Adopt(gst_element_get_static_pad(element, "src"));
  gst_element_add_pad(bin, gst_ghost_pad_new("src", pad.Get()));
}

Ref<GstElement> MakeCapsFilter(const std::string& caps) {
  const auto parsed = Ref<GstCaps>::Adopt(gst_caps_from_string(caps.c_str()));
  if (!parsed) throw Error(fmt::format("unusable caps '{}'", caps));
  Ref<GstElement> filter = MakeElement("capsfilter");
  g_object_set(filter.Get(), "caps", parsed.Get(), nullptr);
  return filter;
}

}  // namespace isr
