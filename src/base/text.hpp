#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isr {

/// Without ASCII white space at both ends.
std::string_view Trim(std::string_view text);

/// What stands between commas and ASCII white space.
std::vector<std::string> SplitWords(std::string_view text);

/// ASCII letters in lower case; other bytes as they are.
std::string LowerCase(std::string_view text);

/// The number that the whole of `text` is, in the C locale whatever the process's locale says.
std::optional<double> ParseNumber(std::string_view text);
std::optional<long> ParseInteger(std::string_view text);

/// The candidate closest to `word` (Levenshtein distance, case ignored), or nothing when none is
/// close enough to be what was meant.
std::optional<std::string> NearestName(std::string_view word,
                                       std::span<const std::string> candidates);

/// `text` with the user:password part of every URL in it replaced by "***".
std::string HideUrlPasswords(std::string_view text);

}  // namespace isr
