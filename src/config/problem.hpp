#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace isr {

/// One thing that is wrong in a config file. Never holds a secret.
struct Problem {
  std::string file;
  int line = 0;      ///< from 1; 0: the file as a whole
  std::string key;   ///< empty: not about the value of one known key
  std::string text;  ///< what is wrong; what would be right
};

/// "config.ini:12: split_minutes: 'x' is not a number; use ..."
std::string ToString(const Problem& problem);

/// All problems of a config file at once; what() has one a line.
class ConfigError : public Error {
 public:
  explicit ConfigError(std::vector<Problem> problems);
  const std::vector<Problem>& Problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

}  // namespace isr
