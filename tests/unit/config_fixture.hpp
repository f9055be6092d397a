#pragma once

#include <string>

#include <gtest/gtest.h>

#include "config/config.hpp"

namespace isr {

inline const ConfigEnvironment kEnvironment{"/work/dir", ""};

inline Settings Parse(const std::string& text,
                      const ConfigEnvironment& environment = kEnvironment) {
  return ParseConfig(text, "config.ini", environment);
}

/// what() of the ConfigError that the text gives; empty when it is accepted.
inline std::string ProblemsOf(const std::string& text) {
  try {
    Parse(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

inline void ExpectProblem(const std::string& text, const std::string& part) {
  EXPECT_PRED_FORMAT2(testing::IsSubstring, part, ProblemsOf(text)) << text;
}

/// A source of type test with more lines in it.
inline std::string TestSource(const std::string& lines) {
  return "[a]\ntype = test\n" + lines + "\n";
}
inline std::string Stream(const std::string& lines) {
  return "[a]\ntype = stream\n" + lines + "\n";
}

inline const StreamSettings& StreamOf(const Settings& settings, size_t index = 0) {
  return std::get<StreamSettings>(settings.sources.at(index).specific);
}
inline const TestSettings& TestOf(const Settings& settings) {
  return std::get<TestSettings>(settings.sources.at(0).specific);
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace isr
