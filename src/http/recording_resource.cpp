#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

#include "base/text.hpp"
#include "catalogue/audio_files.hpp"
#include "catalogue/reader.hpp"
#include "http/file_reply.hpp"
#include "http/growing_wav.hpp"
#include "http/media_type.hpp"
#include "http/resources.hpp"

namespace isr {
namespace {

constexpr size_t kHeadSize = 64 * 1024;  // a bext chunk's coding history may be long

std::string ReadHead(const Fd& fd, std::uint64_t size) {
  std::string head(std::min<std::uint64_t>(size, kHeadSize), '\0');
  const ssize_t count = ::pread(fd.Get(), head.data(), head.size(), 0);
  head.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return head;
}

/// Makes of a file that grows one that has ended at `size`.
void Freeze(ServedFile& file, const std::string& name, std::uint64_t size) {
  file.size = size;
  file.etag.clear();
  file.last_modified.clear();
  if (ExtensionOf(name) != "wav") return;
  auto snapshot = SnapshotOfGrowingWav(ReadHead(file.content.fd, size), size);
  if (!snapshot) return;
  file.content.head = std::move(snapshot->head);
  file.size = snapshot->size;
}

bool IsGrowing(const HttpServices& services, const std::string& name) {
  const auto segment = CatalogueReader(services.catalogue.DatabasePath()).FindSegment(name);
  return segment && segment->growing;
}

/// `?upto=<bytes>`: the file as it was when it had that size. A player asks for a growing file
/// piece by piece, and takes a file whose size changes meanwhile for another one.
std::optional<std::uint64_t> ParseUpTo(const Request& request) {
  const auto parameter = request.query.find("upto");
  if (parameter == request.query.end()) return std::nullopt;
  const auto bytes = ParseInteger(parameter->second);
  if (!bytes || *bytes < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

Reply AnswerRecording(const Request& request, const HttpServices& services) {
  const std::string& name = request.tail;
  Fd fd = OpenRecording(services.roots, name);
  if (!fd.IsOpen()) return NoSuchRecording(name);

  const auto up_to = ParseUpTo(request);
  if (request.query.contains("upto") && !up_to) {
    return ErrorReply(400, "bad-parameter", "'upto' must be a number of bytes");
  }
  // Asked before the size is taken: what has ended by now does not grow any more.
  const bool is_growing = IsGrowing(services, name);
  ServedFile file = DescribeFile(std::move(fd));
  const std::uint64_t size = std::min(file.size, up_to.value_or(file.size));
  if (is_growing || size < file.size) Freeze(file, name, size);

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
