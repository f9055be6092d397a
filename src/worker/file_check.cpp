#include "worker/file_check.hpp"

#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "worker/decode_process.hpp"

namespace isr {
namespace {

FileCheck Damaged(std::string reason) {
  return {.outcome = FileCheck::Outcome::kDamaged, .reason = std::move(reason)};
}

/// The last line, behind those that tell of progress: an outcome and what belongs to it.
FileCheck Parse(std::string_view output) {
  if (output.ends_with('\n')) output.remove_suffix(1);
  const size_t begin = output.rfind('\n');
  const std::string_view line = begin == std::string_view::npos ? output : output.substr(begin + 1);
  const size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  if (word == "damaged") return Damaged(std::string(rest));
  if (word == "unchecked") {
    return {.outcome = FileCheck::Outcome::kUnchecked, .reason = std::string(rest)};
  }
  const auto frames = ParseInteger(rest.substr(0, rest.find(' ')));
  const auto rate = ParseInteger(rest.substr(std::min(rest.find(' '), rest.size() - 1) + 1));
  if (word != "good" || !frames || !rate || *rate <= 0) return Damaged("the decoder gave up");
  return {.outcome = FileCheck::Outcome::kGood,
          .duration = static_cast<double>(*frames) / static_cast<double>(*rate),
          .frames = *frames};
}

}  // namespace

FileCheck CheckFile(const Fd& file, std::chrono::milliseconds patience) {
  DecodeProcess decoder(file, {"decode"});
  std::string output;
  while (!decoder.AtEnd()) {
    if (!decoder.Read(output, patience)) {
      return Damaged(fmt::format("its decoder made no progress for {} s",
                                 std::chrono::duration<double>(patience).count()));
    }
  }
  const int signal = decoder.End();
  if (signal != 0) return Damaged(fmt::format("its decoder crashed ({})", ::strsignal(signal)));
  return Parse(output);
}

}  // namespace isr
