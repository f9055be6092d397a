#include "live/live_message.hpp"

#include "glib/json.hpp"
#include "glib/json_value.hpp"

namespace isr {
namespace {

constexpr std::size_t kHeader = 5;

}  // namespace

Bytes EncodeLive(const LiveMessage& message) {
  Bytes bytes;
  bytes.reserve(kHeader + message.payload.size());
  AppendLittleEndian(bytes, static_cast<std::uint8_t>(message.kind), 1);
  AppendLittleEndian(bytes, message.id, 4);
  AppendBytes(bytes, message.payload);
  return bytes;
}

std::optional<LiveMessage> DecodeLive(ByteView bytes) {
  if (bytes.size() < kHeader) return std::nullopt;
  if (bytes[0] < static_cast<std::uint8_t>(LiveKind::kPcmFormat) ||
      bytes[0] > static_cast<std::uint8_t>(LiveKind::kPong)) {
    return std::nullopt;
  }
  return LiveMessage{.kind = static_cast<LiveKind>(bytes[0]),
                     .id = static_cast<std::uint32_t>(LittleEndian(bytes.subspan(1), 4)),
                     .payload = bytes.subspan(kHeader)};
}

std::string EncodeOrder(const LiveOrder& order) {
  const LiveProfile& profile = order.profile;
  JsonWriter json;
  json.BeginObject().Name("stream").Integer(order.stream).Name("offer").String(order.offer);
  json.Name("codec").String(profile.codec).Name("bitrate").Integer(profile.bitrate);
  json.Name("max_playback_rate").Integer(profile.max_playback_rate);
  json.Name("cbr").Boolean(profile.cbr).Name("inband_fec").Boolean(profile.inband_fec);
  json.Name("dtx").Boolean(profile.dtx).Name("stereo").Boolean(profile.stereo);
  json.Name("first_port").Integer(order.first_port).Name("last_port").Integer(order.last_port);
  json.Name("stun_server").String(order.stun_server);
  json.Name("turn_server").String(order.turn_server);
  return json.EndObject().Text();
}

LiveOrder DecodeOrder(std::string_view text) {
  const JsonValue json = JsonValue::Parse(text);
  return {.stream = static_cast<std::uint32_t>(json["stream"].Integer()),
          .profile = {.codec = json["codec"].String(),
                      .bitrate = static_cast<int>(json["bitrate"].Integer()),
                      .max_playback_rate = static_cast<int>(json["max_playback_rate"].Integer()),
                      .cbr = json["cbr"].Boolean(),
                      .inband_fec = json["inband_fec"].Boolean(),
                      .dtx = json["dtx"].Boolean(),
                      .stereo = json["stereo"].Boolean()},
          .offer = json["offer"].String(),
          .first_port = static_cast<int>(json["first_port"].Integer()),
          .last_port = static_cast<int>(json["last_port"].Integer()),
          .stun_server = json["stun_server"].String(),
          .turn_server = json["turn_server"].String()};
}

}  // namespace isr
