#pragma once

#include <string>
#include <string_view>

#include "config/problem.hpp"
#include "config/settings.hpp"

namespace isr {

/// What the meaning of a config file depends on besides its text.
struct ConfigEnvironment {
  std::string working_directory;         ///< absolute; where relative paths begin
  std::string state_directory_variable;  ///< $STATE_DIRECTORY: folders separated by ':', or empty
  std::string config_directory{};        ///< absolute; where paths of [web] begin
  std::string serve_directory{};         ///< absolute, or empty: serve this one, record nothing
};

/// Reads and checks a config file; schema.hpp says which keys there are. Every section but
/// [general], [web] and [replay] is a source; it inherits from [general] and overrides it. A key
/// without a value takes the key's own default, in a source also where [general] has one. A user
/// and password in a url are moved to username and password; those keys win where they stand at
/// least as close to the source as the url does.
///
/// Throws ConfigError with all problems, ordered by line.
Settings LoadConfig(const std::string& path, const ConfigEnvironment& environment);

/// The same for text at hand; `file_name` is for the problems.
Settings ParseConfig(std::string_view text, const std::string& file_name,
                     const ConfigEnvironment& environment);

/// The effective settings as INI text, each source complete, without secrets.
std::string DescribeSettings(const Settings& settings);

}  // namespace isr
