#pragma once

#include <string>
#include <string_view>

namespace isr {

/// What is wrong with a file name pattern and what would be right; empty when it is valid: no
/// absolute path, no way out of the folder, only conversions that strftime has and that give no
/// control characters, no {token} but {source}. It need not hold a time.
std::string FilenamePatternProblem(std::string_view pattern);

}  // namespace isr
