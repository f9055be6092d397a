#include "worker/file_levels.hpp"

#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "worker/decode_process.hpp"

namespace isr {
namespace {

/// Takes the first word off `text`.
std::string_view NextWord(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::int16_t NextLevel(std::string_view& text) {
  return static_cast<std::int16_t>(ParseInteger(NextWord(text)).value_or(kMissingLevel));
}

void TakeLine(std::string_view line, FileLevels& levels) {
  const std::string_view word = NextWord(line);
  if (word == "levels") {
    while (!line.empty()) {
      LevelWindow window;
      window.rms = NextLevel(line);
      window.detection = NextLevel(line);
      window.peak = NextLevel(line);
      levels.windows.push_back(window);
    }
  } else if (word == "good") {
    levels.frames = ParseInteger(NextWord(line)).value_or(0);
    levels.rate = static_cast<int>(ParseInteger(NextWord(line)).value_or(0));
    levels.trouble.clear();
  } else if (word == "damaged" || word == "unchecked") {
    levels.trouble = line;
  }
}

/// Takes whole lines off `text`.
void TakeLines(std::string& text, FileLevels& levels) {
  size_t begin = 0;
  for (size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    TakeLine(std::string_view(text).substr(begin, end - begin), levels);
  }
  text.erase(0, begin);
}

}  // namespace

FileLevels MeasureFile(const Fd& file, std::chrono::milliseconds patience,
                       const std::atomic<bool>& stop) {
  constexpr std::chrono::milliseconds kSlice{200};
  DecodeProcess decoder(file, {"measure"});
  FileLevels levels{.trouble = "the decoder gave up"};
  std::string output;
  std::chrono::milliseconds waited{0};
  while (!decoder.AtEnd()) {
    const bool came = decoder.Read(output, kSlice);
    waited = came ? std::chrono::milliseconds(0) : waited + kSlice;
    if (stop || waited > patience) {
      levels.hangs = true;
      levels.trouble = fmt::format("its decoder made no progress for {} s",
                                   std::chrono::duration<double>(patience).count());
      return levels;
    }
    TakeLines(output, levels);
  }
  const int signal = decoder.End();
  if (signal != 0) levels.trouble = fmt::format("its decoder crashed ({})", ::strsignal(signal));
  return levels;
}

}  // namespace isr
