#include "config/config_parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/directories.hpp"
#include "config/stream_url.hpp"
#include "config/tls_files.hpp"

namespace isr {
namespace {

using Scope = Binding::Scope;

constexpr std::string_view kGeneral = "general";
constexpr size_t kMaxNameBytes = 200;  // the name of a folder, with room for what is added to it

/// What is wrong with a source's name, or nothing.
std::string NameProblem(std::string_view name) {
  if (name.front() == '.') return "begins with '.', which hides its folder";
  if (name.front() == '@') return "begins with '@', as folders outside output_directory do";
  if (name.find('/') != std::string_view::npos) return "holds a '/'";
  if (name.find('\t') != std::string_view::npos) return "holds a tab";
  if (name.size() > kMaxNameBytes) return fmt::format("is longer than {} bytes", kMaxNameBytes);
  return {};
}

/// What it is for; nothing of other sections.
std::string_view PurposeOf(std::string_view section) {
  for (const auto& [name, purpose] : OwnSections()) {
    if (name == section) return purpose;
  }
  return {};
}

std::vector<std::string> NamesIn(std::string_view section) {
  std::vector<std::string> names;
  for (const KeyInfo& row : Schema()) {
    if (row.binding.Section() == section) names.push_back(row.name);
  }
  return names;
}

/// The names that may stand in a source of that type, or in [general] (nullptr).
std::vector<std::string> NamesFor(const SourceType* type) {
  std::vector<std::string> names;
  for (const KeyInfo& row : Schema()) {
    if (!row.binding.Section().empty()) continue;
    if (type == nullptr || row.FitsType(type->blank.index())) names.push_back(row.name);
  }
  return names;
}

std::vector<const KeyInfo*> RowsForType(std::vector<const KeyInfo*> rows, const SourceType* type) {
  if (type == nullptr) return rows;
  std::erase_if(rows, [type](const KeyInfo* row) { return !row->FitsType(type->blank.index()); });
  return rows;
}

/// [General] or [DEFAULT], meant as [general].
bool IsMistakenGeneral(const IniSection& section) {
  const std::string lower = LowerCase(section.name);
  return (lower == kGeneral || lower == "default") && section.Find("type") == nullptr;
}

std::string FirstFolder(std::string_view list) {
  return std::string(list.substr(0, list.find(':')));
}

}  // namespace

ConfigParser::ConfigParser(const IniDocument& document, const ConfigEnvironment& environment)
    : document_(document), environment_(environment) {
  for (const IniSection& section : document_.sections) {
    if (section.name != kGeneral) continue;
    general_ = section;
    break;
  }
}

Settings ConfigParser::Parse() {
  ParseGeneral();
  bool has_source = false;
  for (const IniSection& section : document_.sections) {
    if (section.name == kGeneral) {
      CheckKeys(section, nullptr);
      continue;
    }
    if (!PurposeOf(section.name).empty()) {
      ParseOwn(section);
      continue;
    }
    has_source = true;
    if (!section.name.empty()) ParseSource(section);
  }
  const bool is_readable = !document_.sections.empty() || document_.problems.empty();
  if (!environment_.serve_directory.empty()) {
    settings_.sources.clear();
  } else if (!has_source && is_readable) {
    Report(0, {}, "no source; add a section such as '[soundscape]' with 'type = test'");
  }
  CheckButton();
  for (const DirectoryProblem& problem : DirectoryProblems(settings_)) {
    const IniSection& section = *names_.at(LowerCase(problem.source));
    const IniEntry* const own = section.Find("output_directory");
    Report(own == nullptr ? section.line : own->line, "output_directory", problem.text);
  }
  return std::move(settings_);
}

void ConfigParser::ParseGeneral() {
  for (const KeyInfo& row : Schema()) {
    if (row.binding.IsOfGeneral()) StoreKey(row, general_, nullptr);
    if (!row.binding.Section().empty()) StoreKey(row, {}, nullptr);
  }
  if (!environment_.serve_directory.empty()) {
    settings_.output_directory = environment_.serve_directory;
  }
  if (!settings_.state_directory.empty()) return;
  settings_.state_directory = FirstFolder(environment_.state_directory_variable);
  if (settings_.state_directory.empty()) {
    settings_.state_directory = settings_.output_directory + "/.isr";
  }
}

void ConfigParser::ParseOwn(const IniSection& section) {
  for (const IniEntry& entry : section.entries) CheckOwnKey(section, entry);
  for (const KeyInfo& row : Schema()) {
    if (row.binding.Section() == section.name) StoreKey(row, section, nullptr);
  }
  if (section.name == "web") CheckTls(section);
}

void ConfigParser::CheckOwnKey(const IniSection& section, const IniEntry& entry) {
  if (const KeyInfo* const row = RowIn(section.name, entry.key); row != nullptr) {
    CheckValue(entry, {row});
  } else if (entry.key == "type") {
    Report(entry.line, entry.key,
           fmt::format("[{}] is {}; give the source another name", section.name,
                       PurposeOf(section.name)));
  } else if (!RowsNamed(entry.key).empty()) {
    Report(entry.line, entry.key,
           fmt::format("does not stand in [{}]; move it to [general] or a source", section.name));
  } else {
    ReportUnknown(entry, NamesIn(section.name));
  }
}

/// [web] says where the files are; they must be there when it is read.
void ConfigParser::CheckTls(const IniSection& section) {
  WebSettings& web = settings_.web;
  if (web.tls_certificate.empty() && web.tls_key.empty()) return;
  const bool has_certificate = !web.tls_certificate.empty();
  const TlsProblem problem =
      has_certificate ? CheckTlsFiles(web.tls_certificate,
                                      web.tls_key.empty() ? web.tls_certificate : web.tls_key)
                      : TlsProblem{true, "stands beside tls_certificate, which is missing"};
  if (problem.text.empty()) return;
  const std::string key = problem.is_of_key && !web.tls_key.empty() ? "tls_key" : "tls_certificate";
  Report(section.Find(key)->line, key, problem.text);
}

void ConfigParser::CheckButton() {
  std::vector<std::string> names{"all"};
  for (const auto& [name, section] : names_) names.push_back(section->name);
  const std::string& wanted = settings_.button.source;
  if (std::find(names.begin(), names.end(), wanted) != names.end()) return;
  for (const IniSection& section : document_.sections) {
    const IniEntry* const entry = section.name == "button" ? section.Find("source") : nullptr;
    if (entry == nullptr) continue;
    const auto nearest = NearestName(wanted, names);
    Report(entry->line, entry->key,
           nearest ? fmt::format("no source '{}'; did you mean '{}'?", wanted, *nearest)
                   : fmt::format("no source '{}'; use all, or the name of a section", wanted));
  }
}

void ConfigParser::ParseSource(const IniSection& section) {
  if (IsMistakenGeneral(section)) {
    Report(section.line, {},
           fmt::format("[{}] is not known; settings for all sources stand in [general]",
                       section.name));
    return CheckKeys(section, nullptr);
  }
  CheckName(section);
  const SourceType* const type = TypeOf(section);
  CheckKeys(section, type);
  if (type == nullptr) return;
  SourceSettings source;
  source.name = section.name;
  source.specific = type->blank;
  for (const KeyInfo& row : Schema()) {
    if (row.FitsType(type->blank.index())) StoreKey(row, section, &source);
  }
  if (auto* stream = std::get_if<StreamSettings>(&source.specific)) {
    MoveCredentials(section, *stream);
  }
  CheckFlac(section, source);
  CheckMemory(section, source);
  settings_.sources.push_back(std::move(source));
}

const SourceType* ConfigParser::TypeOf(const IniSection& section) {
  const IniEntry* const entry = Find(section, "type");
  // An unknown word is reported where it stands, by the check of its value.
  if (entry != nullptr && !entry->value.empty()) return FindSourceType(entry->value);
  std::string words;
  for (const SourceType& type : SourceTypes()) {
    if (section.Find(type.telling_key) != nullptr) {
      words = fmt::format("type = {}", type.word);
      break;
    }
  }
  Report(section.line, "type",
         words.empty() ? fmt::format("missing in [{}]; write 'type = ' and one of {}", section.name,
                                     JoinWords(RowsNamed("type").front()->words))
                       : fmt::format("missing in [{}]; write '{}'", section.name, words));
  return nullptr;
}

void ConfigParser::CheckName(const IniSection& section) {
  if (const std::string problem = NameProblem(section.name); !problem.empty()) {
    Report(
        section.line, {},
        fmt::format("the name [{}] {}; choose another", HideUrlPasswords(section.name), problem));
  }
  const auto [known, is_new] = names_.emplace(LowerCase(section.name), &section);
  const IniSection& other = *known->second;
  // The very same name was reported when the document was read.
  if (is_new || other.name == section.name) return;
  Report(section.line, {},
         fmt::format("[{}] differs from [{}] in line {} only in upper and lower case; rename it",
                     section.name, other.name, other.line));
}

void ConfigParser::CheckKeys(const IniSection& section, const SourceType* type) {
  for (const IniEntry& entry : section.entries) CheckKey(section, entry, type);
}

void ConfigParser::CheckKey(const IniSection& section, const IniEntry& entry,
                            const SourceType* type) {
  const std::vector<const KeyInfo*> rows = RowsNamed(entry.key);
  for (const auto& [own, purpose] : OwnSections()) {
    if (!rows.empty() || RowIn(own, entry.key) == nullptr) continue;
    return Report(entry.line, entry.key, fmt::format("stands in [{}] only; move it there", own));
  }
  if (rows.empty()) return ReportUnknown(entry, NamesFor(type));
  const bool is_source = section.name != kGeneral && !IsMistakenGeneral(section);
  if (is_source && rows.front()->binding.scope == Scope::kGeneral) {
    Report(entry.line, entry.key, "stands in [general] only; move it there");
  } else if (const auto fitting = RowsForType(rows, type); !fitting.empty()) {
    CheckValue(entry, fitting);
  } else {
    Report(entry.line, {},
           fmt::format("'{}' is for type = {}, not {}; remove it", entry.key, TypesWith(entry.key),
                       type->word));
  }
}

void ConfigParser::ReportUnknown(const IniEntry& entry, const std::vector<std::string>& names) {
  const auto nearest = NearestName(entry.key, names);
  Report(entry.line, {},
         nearest ? fmt::format("unknown key '{}', did you mean '{}'?", entry.key, *nearest)
                 : fmt::format("unknown key '{}'; remove it", entry.key));
}

/// Where the type is open, as in [general], one type that takes the value is enough.
void ConfigParser::CheckValue(const IniEntry& entry, const std::vector<const KeyInfo*>& rows) {
  KeyInfo any = *rows.front();
  if (entry.value.empty() && !any.required_example.empty()) return;  // reported as missing
  for (const KeyInfo* row : rows) {
    if (ValueOf(*row, entry.value).problem.empty()) return;
    for (const std::string& word : row->words) {
      if (std::find(any.words.begin(), any.words.end(), word) == any.words.end()) {
        any.words.push_back(word);
      }
    }
  }
  Report(entry.line, entry.key, ValueOf(any, entry.value).problem);
}

ValueResult ConfigParser::ValueOf(const KeyInfo& key, std::string_view text) const {
  return ParseValue(
      key, text,
      key.kind == KeyKind::kFile ? environment_.config_directory : environment_.working_directory);
}

const IniEntry* ConfigParser::Find(const IniSection& section, std::string_view key) const {
  const IniEntry* const own = section.Find(key);
  return own != nullptr ? own : general_.Find(key);
}

void ConfigParser::StoreKey(const KeyInfo& key, const IniSection& section, SourceSettings* source) {
  // What stands in [general] is the default of sources alone.
  const IniEntry* const entry =
      !key.binding.Section().empty() ? section.Find(key.name) : Find(section, key.name);
  const std::string text = entry == nullptr ? key.default_text : entry->value;
  if (text.empty() && !key.required_example.empty()) {
    return Report(section.line, key.name,
                  fmt::format("missing in [{}]; write for example '{} = {}'", section.name,
                              key.name, key.required_example));
  }
  // A faulty value was reported by CheckValue, or is a word of [general] for another type.
  ValueResult result = ValueOf(key, text);
  if (!result.problem.empty()) {
    result = ValueOf(key, key.default_text);
  }
  if (result.problem.empty()) key.binding.store(settings_, source, result.value);
}

/// RFC 9639 has three bits for the number of channels.
void ConfigParser::CheckFlac(const IniSection& section, const SourceSettings& source) {
  constexpr int kMaxChannels = 8;
  const bool is_too_much = std::visit(
      [&source](const auto& specific) {
        if constexpr (requires { specific.channels; }) {
          const std::string& format = source.record ? specific.format : source.replay_format;
          return format == "flac" && specific.channels > kMaxChannels;
        } else {
          return false;
        }
      },
      source.specific);
  if (!is_too_much) return;
  const IniEntry* const own = section.Find("channels");
  Report(own == nullptr ? section.line : own->line, "channels",
         fmt::format("FLAC holds up to {}; use fewer in [{}], or '{}'", kMaxChannels, section.name,
                     source.record ? "format = wav" : "replay_format = pcm"));
}

void ConfigParser::CheckMemory(const IniSection& section, const SourceSettings& source) {
  if (source.record || source.replay.count() > 0) return;
  const IniEntry* const own = section.Find("record");
  Report(own == nullptr ? section.line : own->line, "record",
         fmt::format("would leave nothing of [{}]; say how much is in memory, as "
                     "'replay_seconds = 60'",
                     section.name));
}

void ConfigParser::MoveCredentials(const IniSection& section, StreamSettings& stream) const {
  StreamUrl split = SplitStreamUrl(stream.url);
  stream.url = std::move(split.url);
  if (!split.username.empty() && !OutranksUrl(section, "username")) {
    stream.username = std::move(split.username);
  }
  if (!split.password.empty() && !OutranksUrl(section, "password")) {
    stream.password = std::move(split.password);
  }
}

bool ConfigParser::OutranksUrl(const IniSection& section, std::string_view key) const {
  const IniEntry* const entry = Find(section, key);
  if (entry == nullptr || entry->value.empty()) return false;
  const bool is_inherited = section.Find(key) == nullptr;
  return !is_inherited || section.Find("url") == nullptr;
}

void ConfigParser::Report(int line, const std::string& key, std::string text) {
  problems_.push_back({{}, line, key, std::move(text)});
}

}  // namespace isr
