#include <string>
#include <string_view>

#include "config/config.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const isr::ConfigEnvironment environment{.working_directory = "/tmp"};
  try {
    const std::string effective = isr::DescribeSettings(isr::ParseConfig(text, "a", environment));
    const isr::Settings again = isr::ParseConfig(effective, "b", environment);
    isr::Check(isr::DescribeSettings(again) == effective, "effective settings say themselves");
  } catch (const isr::ConfigError& error) {
    isr::Check(std::string_view(error.what()).size() > 0, "an error says what is wrong");
  }
  return 0;
}
