#include <cerrno>

#include <sys/statvfs.h>

#include "base/error.hpp"
#include "catalogue/reader.hpp"
#include "glib/json.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"
#include "http/time_text.hpp"

namespace isr {
namespace {

using Seconds = std::chrono::duration<double>;

/// What is recorded now is recorded on.
constexpr std::chrono::hours kLookBack{24};
/// Before that nobody knows how much it is.
constexpr std::chrono::minutes kLeastLookBack{1};

/// Bytes a second; nothing while it is not known, or nothing is recorded.
std::optional<double> RecordingRate(const HttpServices& services, UtcTime now) {
  const RecordedBytes recorded =
      CatalogueReader(services.catalogue.DatabasePath()).BytesSince(now - kLookBack);
  const auto span = now - recorded.since;
  if (recorded.bytes <= 0 || span < kLeastLookBack) return std::nullopt;
  return static_cast<double>(recorded.bytes) / Seconds(span).count();
}

}  // namespace

Reply AnswerStorage(const Request& request, const HttpServices& services) {
  const Parameters parameters(request.query, {});
  const std::string directory = services.roots.All().front().directory;
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) {
    throw SystemError("cannot look at the disk of '" + directory + "'", errno);
  }
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  const UtcTime now = SystemClock().Utc();
  const auto rate = RecordingRate(services, now);
  JsonWriter json;
  json.BeginObject().Name("free").Integer(static_cast<std::int64_t>(free));
  json.Name("total").Integer(static_cast<std::int64_t>(disk.f_blocks) *
                             static_cast<std::int64_t>(disk.f_frsize));
  json.Name("bytes_per_second");
  rate ? json.Number(*rate) : json.Null();
  json.Name("full_at");
  rate ? json.Number(UnixSeconds(now) + free / *rate) : json.Null();
  return JsonReply(json.EndObject().Text());
}

}  // namespace isr
