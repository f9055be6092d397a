#include "catalogue/mark_files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "catalogue/audio_files.hpp"
#include "catalogue/tracks.hpp"
#include "glib/json.hpp"
#include "glib/json_value.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".marks.json";

std::string PathOf(const Root& root, const std::string& name) {
  return root.AnalysisPathOf(name) + std::string(kSuffix);
}

std::string DocumentOf(const FileMarks& marks) {
  JsonWriter json;
  json.BeginObject().Name("reviewed").Boolean(marks.reviewed).Name("marks").BeginArray();
  for (const Mark& mark : marks.marks) {
    json.BeginObject().Name("start").Number(mark.start).Name("end").Number(mark.end);
    json.Name("starred").Boolean(mark.starred).Name("label").String(mark.label);
    json.Name("note").String(mark.note).Name("version").Integer(mark.version).EndObject();
  }
  return JsonValue::Parse(json.EndArray().EndObject().Text()).Text(true) + "\n";
}

}  // namespace

FileMarks ReadMarks(const Root& root, const std::string& name) {
  const std::string path = PathOf(root, name);
  if (::access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return {};
  const JsonValue document = JsonValue::Parse(ReadWholeFile(path));
  if (!document.IsObject()) throw Error("'" + path + "' holds no marks");
  FileMarks marks{.reviewed = document["reviewed"].Boolean()};
  for (const JsonValue& item : document["marks"].Items()) {
    marks.marks.push_back({.start = item["start"].Number(),
                           .end = item["end"].Number(),
                           .starred = item["starred"].Boolean(),
                           .label = item["label"].String(),
                           .note = item["note"].String(),
                           .version = item["version"].Integer()});
  }
  return marks;
}

void WriteMarks(const Root& root, const std::string& name, const FileMarks& marks) {
  if (marks.IsEmpty()) {
    RemoveMarks(root, name);
    return;
  }
  const std::string path = PathOf(root, name);
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw SystemError("cannot make '" + folder.string() + "'", error.value());
  WriteFileAtomically(path, DocumentOf(marks), Durability::kDurable);
}

void RemoveMarks(const Root& root, const std::string& name) {
  ::unlink(PathOf(root, name).c_str());
}

void ForEachMarks(const Root& root, const std::function<void(const std::string& name)>& visit) {
  ForEachAnalysis(root, [&](const std::string& file) {
    if (!file.ends_with(kSuffix)) return true;
    const std::string below = file.substr(0, file.size() - kSuffix.size());
    if (IsRecordingName(below)) visit(root.NameOf(below));
    return true;
  });
}

std::optional<std::size_t> FindMark(const std::vector<Mark>& marks, double start, double end) {
  std::optional<std::size_t> best;
  double most = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const double common = std::min(end, marks[i].end) - std::max(start, marks[i].start);
    const double shorter = std::min(end - start, marks[i].end - marks[i].start);
    if (common <= most || common < shorter / 2) continue;
    most = common;
    best = i;
  }
  return best;
}

}  // namespace isr
