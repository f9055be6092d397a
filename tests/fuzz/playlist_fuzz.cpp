#include <string_view>

#include "format/playlist.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto entries = isr::PlaylistEntries(text);
  isr::Check(entries.size() <= 100, "a playlist is bounded");
  for (const auto& entry : entries) isr::Check(!entry.empty(), "no entry is empty");
  return 0;
}
