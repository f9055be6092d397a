#include "media/coded_caps.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace isr {
namespace {

constexpr const char* kHeaders = "streamheader";

struct CodecRow {
  Codec codec;
  const char* caps;  ///< without rate and channels
  const char* extension;
  const char* name;
  const char* package;  ///< Debian's, with a decoder
};

constexpr const char* kBase = "gstreamer1.0-plugins-base";
constexpr const char* kGood = "gstreamer1.0-plugins-good";
constexpr const char* kBad = "gstreamer1.0-plugins-bad";

constexpr std::array kRows{
    CodecRow{Codec::kMpegAudio, "audio/mpeg,mpegversion=1,parsed=true", "mp3", "MPEG audio", kGood},
    CodecRow{Codec::kAdtsAac, "audio/mpeg,mpegversion=4,stream-format=adts,framed=true", "aac",
             "AAC", kBad},
    CodecRow{Codec::kFlac, "audio/x-flac,framed=true", "flac", "FLAC", kGood},
    CodecRow{Codec::kOggFlac, "audio/x-flac,framed=true,container=ogg", "ogg", "FLAC", kGood},
    CodecRow{Codec::kVorbis, "audio/x-vorbis,container=ogg", "ogg", "Vorbis", kBase},
    CodecRow{Codec::kOpus, "audio/x-opus,channel-mapping-family=0,container=ogg", "opus", "Opus",
             kBase},
};

const CodecRow& RowOf(Codec codec) {
  return *std::find_if(kRows.begin(), kRows.end(),
                       [codec](const CodecRow& row) { return row.codec == codec; });
}

void SetHeaders(GstCaps* caps, const std::vector<Bytes>& headers) {
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_ARRAY);
  for (const Bytes& header : headers) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_BUFFER);
    gst_value_take_buffer(&value, gst_buffer_new_memdup(header.data(), header.size()));
    gst_value_array_append_and_take_value(&list, &value);
  }
  gst_caps_set_value(caps, kHeaders, &list);
  g_value_unset(&list);
}

std::vector<Bytes> HeadersOf(const GstStructure* fields) {
  std::vector<Bytes> headers;
  const GValue* const list = gst_structure_get_value(fields, kHeaders);
  if (list == nullptr || !GST_VALUE_HOLDS_ARRAY(list)) return headers;
  for (guint i = 0; i < gst_value_array_get_size(list); ++i) {
    GstBuffer* const buffer = gst_value_get_buffer(gst_value_array_get_value(list, i));
    Bytes header(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, header.data(), header.size());
    headers.push_back(std::move(header));
  }
  return headers;
}

std::optional<Codec> CodecOf(const GstStructure* fields) {
  int version = 0;
  gst_structure_get_int(fields, "mpegversion", &version);
  const bool in_ogg = gst_structure_has_field(fields, "container") != FALSE;
  const std::string_view name = gst_structure_get_name(fields);
  if (name == "audio/mpeg") return version == 1 ? Codec::kMpegAudio : Codec::kAdtsAac;
  if (name == "audio/x-flac") return in_ogg ? Codec::kOggFlac : Codec::kFlac;
  if (name == "audio/x-vorbis") return Codec::kVorbis;
  if (name == "audio/x-opus") return Codec::kOpus;
  return std::nullopt;
}

}  // namespace

Ref<GstCaps> CapsOf(const CodedFormat& format) {
  std::string text = fmt::format("{},rate={}", RowOf(format.codec).caps, format.rate);
  if (format.channels > 0) text += fmt::format(",channels={}", format.channels);
  if (format.layer > 0) text += fmt::format(",layer={}", format.layer);
  auto caps = Ref<GstCaps>::Adopt(gst_caps_from_string(text.c_str()));
  if (!format.headers.empty()) SetHeaders(caps.Get(), format.headers);
  return caps;
}

std::optional<CodedFormat> FormatOfCaps(GstCaps* caps) {
  const GstStructure* const fields = gst_caps_get_structure(caps, 0);
  const auto codec = CodecOf(fields);
  CodedFormat format;
  if (!codec.has_value() || !gst_structure_get_int(fields, "rate", &format.rate)) {
    return std::nullopt;
  }
  format.codec = *codec;
  gst_structure_get_int(fields, "channels", &format.channels);
  gst_structure_get_int(fields, "layer", &format.layer);
  format.headers = HeadersOf(fields);
  return format;
}

const char* ExtensionOf(Codec codec) {
  return RowOf(codec).extension;
}

std::string NoDecoderText(Codec codec) {
  return fmt::format("no decoder for {} is installed; the package {} has one", RowOf(codec).name,
                     RowOf(codec).package);
}

}  // namespace isr
