#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "catalogue/audio_files.hpp"
#include "catalogue/tracks.hpp"
#include "format/repair.hpp"
#include "http/file_reply.hpp"
#include "http/growing.hpp"
#include "http/media_type.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {
namespace {

/// Makes of a file that grows one that has ended at `size`, or a little before: with its last whole
/// frame, and with a header that counts what is there.
void Freeze(ServedFile& file, const Root& root, const std::string& name, std::uint64_t size) {
  file.etag.clear();
  file.last_modified.clear();
  RepairPreview preview = PreviewRepair(file.content.fd, size, ReadPlaces(root, name, size));
  file.size = std::min(size, preview.report.bytes);
  file.content.patches = std::move(preview.patches);
}

/// `?upto=<bytes>`: the file as it was when it had that size. A player asks for a growing file
/// piece by piece, and takes a file whose size changes meanwhile for another one.
std::optional<std::uint64_t> ParseUpTo(const Request& request) {
  const Parameters parameters(request.query, {"upto"});
  if (!parameters.Has("upto")) return std::nullopt;
  const auto bytes = ParseInteger(parameters.Text("upto"));
  if (!bytes || *bytes < 0) throw BadParameter{"'upto' must be a number of bytes"};
  return static_cast<std::uint64_t>(*bytes);
}

Reply AnswerRecording(const Request& request, const HttpServices& services) {
  const auto up_to = ParseUpTo(request);
  const std::string& name = request.tail;
  Fd fd = OpenRecording(services.roots, name);
  if (!fd.IsOpen()) return NoSuchRecording(name);

  // Asked before the size is taken: what has ended by now does not grow any more.
  const bool is_growing = IsGrowing(request, services, name);
  ServedFile file = DescribeFile(std::move(fd));
  const std::uint64_t size = std::min(file.size, up_to.value_or(file.size));
  if (is_growing || size < file.size) Freeze(file, services.roots.ForName(name), name, size);

  Reply reply = FileReply(request, std::move(file));
  if (reply.status < 300) {
    reply.headers.emplace_back("Content-Type", MediaTypeOf(ExtensionOf(name)));
  }
  return reply;
}

}  // namespace

Reply AnswerStream(const Request& request, const HttpServices& services) {
  return AnswerRecording(request, services);
}

Reply AnswerDownload(const Request& request, const HttpServices& services) {
  Reply reply = AnswerRecording(request, services);
  if (reply.status < 300) {
    reply.headers.emplace_back("Content-Disposition", AttachmentDisposition(request.tail));
  }
  return reply;
}

}  // namespace isr
