#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace isr {

/// A config file longer than this is not one.
constexpr size_t kMaxIniBytes = 1024 * 1024;

struct IniEntry {
  std::string key;    ///< in lower case
  std::string value;  ///< without white space at both ends; may be empty
  int line = 0;
};

struct IniSection {
  std::string name;  ///< as written; empty when the header could not be read
  int line = 0;
  std::vector<IniEntry> entries;  ///< each key once, its first value

  const IniEntry* Find(std::string_view key) const;
};

struct IniDocument {
  std::vector<IniSection> sections;  ///< in the order of the file, a repeated one again
  std::vector<Problem> problems;     ///< by line, `file` left empty
};

/// Reads INI text as Python's configparser does with inline_comment_prefixes=('#', ';') and no
/// interpolation: `key = value` or `key: value`; a '#' or ';' begins a comment at the start of a
/// line or after white space, and belongs to the value anywhere else; '%', quotes and backslashes
/// mean nothing. A byte order mark and CRLF are accepted.
///
/// Stricter than configparser in one thing: a value has one line. A line that is indented deeper
/// than the key before it, which would continue that value, is a problem, and so are a repeated
/// section or key, text that is not UTF-8, and control characters. Not built on GKeyFile, which
/// knows no line numbers, merges repeated groups and keeps inline comments: all that would be left
/// for it is the split at '='.
///
/// Reads on after a problem, up to a limit. Never throws on content.
IniDocument ReadIni(std::string_view text);

}  // namespace isr
