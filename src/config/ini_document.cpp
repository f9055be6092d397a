#include "config/ini_document.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <glib.h>

#include "base/text.hpp"

namespace isr {
namespace {

constexpr size_t kMaxLineBytes = 4096;
constexpr size_t kMaxProblems = 50;  // a file of another kind has one on each line
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char c) {
  return c == ' ' || c == '\t';
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

std::string_view WithoutComment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    const bool may_begin = i == 0 || IsSpace(line[i - 1]);
    if (may_begin && (line[i] == '#' || line[i] == ';')) return line.substr(0, i);
  }
  return line;
}

/// What makes a line unreadable, or nothing.
std::string LineFault(std::string_view line) {
  if (line.size() > kMaxLineBytes) return fmt::format("longer than {} bytes", kMaxLineBytes);
  const auto control = std::find_if(line.begin(), line.end(), IsControl);
  if (control != line.end()) {
    return fmt::format("holds a control character (byte 0x{:02X}); remove it",
                       static_cast<unsigned char>(*control));
  }
  if (g_utf8_validate_len(line.data(), line.size(), nullptr) == FALSE) {
    return "is not UTF-8 text; save the file in the encoding UTF-8";
  }
  return {};
}

class IniReader {
 public:
  IniDocument Read(std::string_view text);

 private:
  void TakeLine(std::string_view line);
  void TakeHeader(std::string_view content);
  void TakeEntry(std::string_view content);
  void BeginSection(std::string name);
  void Report(std::string text, std::string key = {});

  IniDocument document_;
  std::map<std::string, int, std::less<>> section_lines_;
  std::map<std::string, int, std::less<>> key_lines_;  // of the current section
  int line_ = 0;
  size_t indent_ = 0;            // of the last header or key
  bool after_key_ = false;       // an indented line would continue its value
  bool reported_stray_ = false;  // once is enough for lines before the first section
};

IniDocument IniReader::Read(std::string_view text) {
  if (text.size() > kMaxIniBytes) {
    Report(fmt::format("longer than {} KiB; this is not a config file", kMaxIniBytes / 1024));
    return std::move(document_);
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    TakeLine(line);
    if (document_.problems.size() < kMaxProblems) continue;
    Report("too many problems; the rest of the file was not read");
    break;
  }
  return std::move(document_);
}

void IniReader::TakeLine(std::string_view line) {
  if (std::string fault = LineFault(line); !fault.empty()) {
    Report("the line " + fault);
    return;
  }
  const std::string_view content = Trim(WithoutComment(line));
  if (content.empty()) return;
  const auto indent = static_cast<size_t>(content.data() - line.data());
  if (after_key_ && indent > indent_) {
    Report(
        "the line is indented deeper than the key before it; write each value on one line, and "
        "begin all keys and sections in the same column");
    return;
  }
  indent_ = indent;
  content.front() == '[' ? TakeHeader(content) : TakeEntry(content);
}

void IniReader::TakeHeader(std::string_view content) {
  const size_t end = content.rfind(']');
  std::string name;
  if (end == std::string_view::npos) {
    Report("'[' without ']' (a '#' or ';' after white space begins a comment); write '[name]'");
  } else if (end + 1 != content.size()) {
    Report("text after ']'; write '[name]' on a line of its own");
  } else {
    name = Trim(content.substr(1, end - 1));
    if (name.empty()) Report("a section needs a name; write '[name]'");
  }
  BeginSection(std::move(name));
}

void IniReader::BeginSection(std::string name) {
  if (!name.empty()) {
    const auto [first, is_new] = section_lines_.emplace(name, line_);
    if (!is_new) {
      Report(fmt::format("section [{}] stands in line {} already; rename or join them", name,
                         first->second));
    }
  }
  document_.sections.push_back({std::move(name), line_, {}});
  key_lines_.clear();
  after_key_ = false;
}

void IniReader::TakeEntry(std::string_view content) {
  if (document_.sections.empty()) {
    if (!reported_stray_)
      Report("the line stands before the first section; begin with '[general]'");
    reported_stray_ = true;
    return;
  }
  // The line itself is not shown: it may be a secret.
  const size_t separator = content.find_first_of("=:");
  if (separator == std::string_view::npos)
    return Report("the line has no '='; write 'key = value'");
  std::string key = LowerCase(Trim(content.substr(0, separator)));
  if (key.empty()) return Report("the line has no key before '='; write 'key = value'");
  after_key_ = true;
  const auto [first, is_new] = key_lines_.emplace(key, line_);
  if (!is_new) {
    return Report(fmt::format("stands in line {} already; remove one", first->second), key);
  }
  std::string value(Trim(content.substr(separator + 1)));
  document_.sections.back().entries.push_back({std::move(key), std::move(value), line_});
}

void IniReader::Report(std::string text, std::string key) {
  document_.problems.push_back({{}, line_, std::move(key), std::move(text)});
}

}  // namespace

const IniEntry* IniSection::Find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [key](const IniEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

IniDocument ReadIni(std::string_view text) {
  return IniReader().Read(text);
}

}  // namespace isr
