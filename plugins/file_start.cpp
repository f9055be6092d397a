#include "plugins/file_start.hpp"

namespace {

struct FileStartMeta {
  GstMeta meta;
  gint64 utc_microseconds;
  gint64 offset_seconds;
};

GType ApiType() {
  static const GType type = [] {
    static const gchar* tags[] = {nullptr};
    return gst_meta_api_type_register("IsrFileStartMetaAPI", tags);
  }();
  return type;
}

gboolean Init(GstMeta* meta, gpointer /*params*/, GstBuffer* /*buffer*/) {
  auto* const start = reinterpret_cast<FileStartMeta*>(meta);
  start->utc_microseconds = 0;
  start->offset_seconds = 0;
  return TRUE;
}

gboolean Transform(GstBuffer* copy, GstMeta* /*meta*/, GstBuffer* buffer, GQuark type,
                   gpointer /*data*/) {
  if (!GST_META_TRANSFORM_IS_COPY(type)) return FALSE;
  if (const auto start = isr::FileStartOf(buffer)) isr::AddFileStart(copy, *start);
  return TRUE;
}

const GstMetaInfo* Info() {
  static const GstMetaInfo* const info = gst_meta_register(
      ApiType(), "IsrFileStartMeta", sizeof(FileStartMeta), Init, nullptr, Transform);
  return info;
}

}  // namespace

namespace isr {

void AddFileStart(GstBuffer* buffer, const FileStart& start) {
  auto* const meta = reinterpret_cast<FileStartMeta*>(gst_buffer_add_meta(buffer, Info(), nullptr));
  meta->utc_microseconds = start.utc.time_since_epoch().count();
  meta->offset_seconds = start.utc_offset.count();
}

std::optional<FileStart> FileStartOf(GstBuffer* buffer) {
  const auto* const meta =
      reinterpret_cast<const FileStartMeta*>(gst_buffer_get_meta(buffer, ApiType()));
  if (meta == nullptr) return std::nullopt;
  return FileStart{.utc = UtcTime(std::chrono::microseconds(meta->utc_microseconds)),
                   .utc_offset = std::chrono::seconds(meta->offset_seconds)};
}

}  // namespace isr
