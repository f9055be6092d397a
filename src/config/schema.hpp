#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/binding.hpp"

namespace isr {

/// What the text of a value has to be.
enum class KeyKind {
  kText,
  kSecret,     ///< text that is never shown
  kPath,       ///< made absolute against the working directory; ~/ is the user's folder
  kPattern,    ///< a file name pattern: strftime and {source}
  kTemplate,   ///< see SaveTemplate
  kUrl,        ///< http or https
  kFile,       ///< made absolute against the config's folder
  kAddresses,  ///< IPv4 and IPv6 addresses; this and the next: separated by commas or spaces
  kNetworks,   ///< the same, or as 10.0.0.0/8
  kHosts,      ///< names of machines
  kInputKey,   ///< see InputKeyCode
  kInteger,    ///< one of `words`, where there are any
  kNumber,
  kYesNo,
  kChoice,  ///< one of `words`, any case
};

/// What `key =` without a value means.
enum class Blank { kDefault, kEmpty, kProblem };

struct Range {
  double min = 0;
  double max = 0;
  std::string unit;   ///< "seconds"; empty: a mere number
  std::string words;  ///< instead of "from `min` to `max`"
};

/// All there is to know about one key. Its place in Settings says where it may stand.
struct KeyInfo {
  std::string name;
  KeyKind kind = KeyKind::kText;
  std::string default_text;
  std::string help;  ///< one sentence, with the unit
  Binding binding;
  Range range{};                     ///< kInteger, kNumber
  std::vector<std::string> words{};  ///< kChoice, kInteger
  Blank blank = Blank::kDefault;
  std::string required_example{};  ///< not empty: has no default, must be set, like this

  bool FitsType(size_t type) const { return (binding.types >> type & 1U) != 0; }
};

/// A section that is neither [general] nor a source.
struct OwnSectionInfo {
  std::string_view name;
  std::string_view purpose;  ///< "for the web page"
};

/// One `type` of source.
struct SourceType {
  std::string word;
  SourceTypeSettings blank;  ///< its index() tells which keys it has
  std::string telling_key;   ///< a source that has it, but no type, is meant to be of this type
};

/// Every key, in the order in which settings are shown. A new key is a member in settings.hpp, a
/// row here and a paragraph in config.example.ini.
///
/// [general] is the default of every source, for the keys that only some types have as well: such
/// a value counts for the sources whose type has the key, and a word only where that type knows
/// it. `format = wav` in [general] is thus the default of sound cards and says nothing about
/// streams; it is a problem only when no type knows it.
std::span<const KeyInfo> Schema();

/// The rows of that name in [general] and sources: more than one where the words of a key depend on
/// the type.
std::vector<const KeyInfo*> RowsNamed(std::string_view name);

/// The row of that name in a section like [web] (Binding::Section); nullptr when there is none.
const KeyInfo* RowIn(std::string_view section, std::string_view name);

/// In the order in which they are shown.
std::span<const OwnSectionInfo> OwnSections();

/// Several may have the same settings.
std::span<const SourceType> SourceTypes();

/// nullptr when there is none of that name. Any case.
const SourceType* FindSourceType(std::string_view word);

/// "soundcard or test": the types that have the key.
std::string TypesWith(std::string_view key);

/// "a, b or c"
std::string JoinWords(std::span<const std::string> words);

}  // namespace isr
