#include "plugins/frame_table.hpp"

#include <memory>
#include <numeric>
#include <utility>

namespace {

struct FrameTableMeta {
  GstMeta meta;
  std::vector<isr::FrameEntry>* entries;  // owned
};

GType ApiType() {
  static const GType type = [] {
    static const gchar* tags[] = {nullptr};
    return gst_meta_api_type_register("IsrFrameTableMetaAPI", tags);
  }();
  return type;
}

gboolean Init(GstMeta* meta, gpointer /*params*/, GstBuffer* /*buffer*/) {
  reinterpret_cast<FrameTableMeta*>(meta)->entries = new std::vector<isr::FrameEntry>;
  return TRUE;
}

void Free(GstMeta* meta, GstBuffer* /*buffer*/) {
  delete reinterpret_cast<FrameTableMeta*>(meta)->entries;
}

/// The table goes along with a copy of the whole buffer; a part's table is for who cuts it to say.
gboolean Transform(GstBuffer* copy, GstMeta* meta, GstBuffer* /*buffer*/, GQuark type,
                   gpointer data) {
  if (!GST_META_TRANSFORM_IS_COPY(type)) return FALSE;
  if (static_cast<GstMetaTransformCopy*>(data)->region) return FALSE;
  isr::AddFrameTable(copy, *reinterpret_cast<FrameTableMeta*>(meta)->entries);
  return TRUE;
}

const GstMetaInfo* Info() {
  static const GstMetaInfo* const info = gst_meta_register(
      ApiType(), "IsrFrameTableMeta", sizeof(FrameTableMeta), Init, Free, Transform);
  return info;
}

}  // namespace

namespace isr {

void AddFrameTable(GstBuffer* buffer, std::vector<FrameEntry> entries) {
  auto* const meta =
      reinterpret_cast<FrameTableMeta*>(gst_buffer_add_meta(buffer, Info(), nullptr));
  *meta->entries = std::move(entries);
}

std::vector<FrameEntry> FramesIn(GstBuffer* buffer, int rate) {
  if (const GstMeta* const meta = gst_buffer_get_meta(buffer, ApiType())) {
    return *reinterpret_cast<const FrameTableMeta*>(meta)->entries;
  }
  if (!GST_BUFFER_DURATION_IS_VALID(buffer)) return {};
  const auto samples = gst_util_uint64_scale_round(GST_BUFFER_DURATION(buffer),
                                                   static_cast<guint64>(rate), GST_SECOND);
  return {{.bytes = static_cast<std::uint32_t>(gst_buffer_get_size(buffer)),
           .samples = static_cast<std::uint32_t>(samples)}};
}

Ref<GstBuffer> SliceFrames(GstBuffer* buffer, const std::vector<FrameEntry>& entries,
                           std::size_t first, std::size_t count) {
  const auto bytes_of = [&](std::size_t from, std::size_t to) {
    return std::accumulate(entries.begin() + static_cast<std::ptrdiff_t>(from),
                           entries.begin() + static_cast<std::ptrdiff_t>(to), gsize{0},
                           [](gsize sum, const FrameEntry& entry) { return sum + entry.bytes; });
  };
  auto part = Ref<GstBuffer>::Adopt(gst_buffer_copy_region(
      buffer, static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_MEMORY),
      bytes_of(0, first), bytes_of(first, first + count)));
  AddFrameTable(part.Get(), {entries.begin() + static_cast<std::ptrdiff_t>(first),
                             entries.begin() + static_cast<std::ptrdiff_t>(first + count)});
  return part;
}

}  // namespace isr
