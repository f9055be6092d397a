#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "catalogue/audio_files.hpp"
#include "glib/json.hpp"
#include "http/file_reply.hpp"
#include "http/media_type.hpp"
#include "http/parameters.hpp"
#include "http/resources.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

/// Somebody's music may lie beside what is saved.
constexpr int kMostLookedAt = 20'000;
constexpr std::size_t kMostListed = 100;

struct SavedSound {
  std::string name;  ///< below the folder
  std::uintmax_t size = 0;
  fs::file_time_type time;
};

/// The newest of them. A folder that is not there has none, one that cannot be read is left out.
std::vector<SavedSound> ListSaved(const std::string& folder) {
  std::vector<SavedSound> found;
  std::error_code error;
  int looked_at = 0;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator() && looked_at < kMostLookedAt;
       at.increment(error), ++looked_at) {
    const fs::directory_entry& entry = *at;
    if (entry.path().filename().string().starts_with('.')) at.disable_recursion_pending();
    std::error_code gone;
    if (!fs::is_regular_file(entry.symlink_status(gone)) || gone) continue;
    SavedSound sound{.name = entry.path().lexically_relative(folder)};
    sound.size = entry.file_size(gone);
    if (!gone) sound.time = entry.last_write_time(gone);
    if (!gone && IsRecordingName(sound.name)) found.push_back(std::move(sound));
  }
  std::sort(found.begin(), found.end(), [](const SavedSound& a, const SavedSound& b) {
    return std::pair(b.time, a.name) < std::pair(a.time, b.name);
  });
  if (found.size() > kMostListed) found.resize(kMostListed);
  return found;
}

double UnixTime(fs::file_time_type time) {
  const auto utc = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration<double>(utc.time_since_epoch()).count();
}

}  // namespace

Reply AnswerSaves(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  JsonWriter json;
  json.BeginArray();
  if (!request.saves.empty()) {
    for (const SavedSound& sound : ListSaved(request.saves)) {
      json.BeginObject().Name("name").String(sound.name);
      json.Name("size").Integer(static_cast<std::int64_t>(sound.size));
      json.Name("time").Number(UnixTime(sound.time)).EndObject();
    }
  }
  return JsonReply(json.EndArray().Text());
}

Reply AnswerSaved(const Request& request, const HttpServices& /*services*/) {
  const Parameters parameters(request.query, {});
  const std::string& name = request.tail;
  Fd fd;
  if (!request.saves.empty() && IsRecordingName(name) && fs::is_directory(request.saves)) {
    fd = OpenBeneath(OpenDirectory(request.saves), name);
  }
  if (!fd.IsOpen()) return ErrorReply(404, "not-found", "nothing is saved as '" + name + "'");
  Reply reply = FileReply(request, DescribeFile(std::move(fd)));
  if (reply.status < 300) {
    reply.headers.emplace_back("Content-Type", MediaTypeOf(ExtensionOf(name)));
  }
  return reply;
}

}  // namespace isr
