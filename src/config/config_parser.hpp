#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/ini_document.hpp"
#include "config/schema.hpp"
#include "config/value.hpp"

namespace isr {

/// Turns a document into settings, by the schema. Goes on after a problem, to find them all.
/// Borrows what it is given; for one use.
class ConfigParser {
 public:
  ConfigParser(const IniDocument& document, const ConfigEnvironment& environment);

  /// Complete only when Problems() is empty afterwards.
  Settings Parse();

  /// Besides those of the document; in no order, without the file.
  const std::vector<Problem>& Problems() const { return problems_; }

 private:
  void ParseGeneral();
  void ParseOwn(const IniSection& section);
  void ParseSource(const IniSection& section);
  const SourceType* TypeOf(const IniSection& section);

  void CheckName(const IniSection& section);
  void CheckKeys(const IniSection& section, const SourceType* type);
  void CheckOwnKey(const IniSection& section, const IniEntry& entry);
  void CheckKey(const IniSection& section, const IniEntry& entry, const SourceType* type);
  void ReportUnknown(const IniEntry& entry, const std::vector<std::string>& names);
  void CheckValue(const IniEntry& entry, const std::vector<const KeyInfo*>& rows);

  const IniEntry* Find(const IniSection& section, std::string_view key) const;
  void StoreKey(const KeyInfo& key, const IniSection& section, SourceSettings* source);
  ValueResult ValueOf(const KeyInfo& key, std::string_view text) const;
  void CheckTls(const IniSection& section);
  void CheckButton();
  void CheckFlac(const IniSection& section, const SourceSettings& source);
  void CheckMemory(const IniSection& section, const SourceSettings& source);
  void MoveCredentials(const IniSection& section, StreamSettings& stream) const;
  bool OutranksUrl(const IniSection& section, std::string_view key) const;
  void Report(int line, const std::string& key, std::string text);

  const IniDocument& document_;
  const ConfigEnvironment& environment_;
  IniSection general_;                              // empty when the file has none
  std::map<std::string, const IniSection*> names_;  // of the sources, in lower case
  Settings settings_;
  std::vector<Problem> problems_;
};

}  // namespace isr
