#include "time/save_template.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace isr {
namespace {

constexpr size_t kLongestPart = 240;  // bytes; file systems take 255, and a number may be added
constexpr size_t kLongestExtension = 16;
constexpr int kWidest = 99;

struct Token {
  std::string_view name;
  std::string_view conversions;
};
constexpr std::array<Token, 11> kTokens{{{"date", "s"},
                                         {"time", "s"},
                                         {"timestamp", "sd"},
                                         {"iso", "s"},
                                         {"app", "s"},
                                         {"source", "s"},
                                         {"device", "s"},
                                         {"duration", "sdf"},
                                         {"counter", "sd"},
                                         {"label", "s"},
                                         {"ext", "s"}}};

const Token& FindToken(std::string_view name) {
  std::vector<std::string> names;
  for (const Token& token : kTokens) {
    if (token.name == name) return token;
    names.emplace_back(token.name);
  }
  const auto nearest = NearestName(name, names);
  throw Error(nearest ? fmt::format("has '%({})', which is not known; did you mean '%({})s'?", name,
                                    *nearest)
                      : fmt::format("has '%({})', which is not known; there are {}", name,
                                    fmt::join(names, ", ")));
}

/// The digits at the front of `text`; `fallback` when there are none. Throws Error.
int TakeNumber(std::string_view& text, int fallback) {
  const size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  if (length == 0) return fallback;
  const long number = ParseInteger(text.substr(0, length)).value_or(kWidest + 1);
  if (number > kWidest) throw Error(fmt::format("has a width over {}; use less", kWidest));
  text.remove_prefix(length);
  return static_cast<int>(number);
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// The rest of a character of several bytes is not cut off from its begin.
std::string_view CutOff(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (text[bytes] & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

/// Names that DOS and Windows keep for devices, with any extension.
bool IsDeviceName(std::string_view part) {
  std::string stem = LowerCase(part.substr(0, part.find('.')));
  stem.erase(std::min(stem.find_last_not_of(' ') + 1, stem.size()));
  static constexpr std::array<std::string_view, 6> kNames{"con", "prn",    "aux",
                                                          "nul", "conin$", "conout$"};
  if (std::find(kNames.begin(), kNames.end(), stem) != kNames.end()) return true;
  const bool is_port = stem.starts_with("com") || stem.starts_with("lpt");
  if (!is_port) return false;
  const std::string_view number = std::string_view(stem).substr(3);
  // Superscript digits count as well.
  return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\u00b9" ||
         number == "\u00b2" || number == "\u00b3";
}

std::string SafePart(std::string_view part, bool sanitize, size_t longest) {
  constexpr std::string_view kReserved = "<>:\"\\|?*";
  std::string safe;
  for (const char c : part) {
    const bool is_bad = IsControl(c) || (sanitize && kReserved.find(c) != kReserved.npos);
    safe += is_bad ? '_' : c;
  }
  safe = CutOff(safe, longest);
  if (sanitize) {
    safe.erase(0, std::min(safe.find_first_not_of(' '), safe.size()));
    safe.erase(safe.find_last_not_of(" .") + 1);
    if (safe.starts_with('.')) safe.front() = '_';
    if (IsDeviceName(safe)) safe.insert(0, "_");
  }
  return safe.empty() || safe == "." || safe == ".." ? "_" : safe;
}

/// A part that is too long keeps its extension.
std::string SafeLastPart(std::string_view part, bool sanitize) {
  const size_t dot = part.rfind('.');
  const bool has_extension =
      dot != std::string_view::npos && dot > 0 && part.size() - dot <= kLongestExtension;
  if (part.size() <= kLongestPart || !has_extension) return SafePart(part, sanitize, kLongestPart);
  const std::string_view extension = part.substr(dot);
  const std::string_view stem = CutOff(part.substr(0, dot), kLongestPart - extension.size());
  return SafePart(std::string(stem) + std::string(extension), sanitize, kLongestPart);
}

std::tm LocalTime(const SaveFacts& facts) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(facts.start + facts.utc_offset)
          .time_since_epoch()
          .count();
  return fmt::gmtime(seconds);
}

std::string IsoTime(const SaveFacts& facts) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(facts.utc_offset).count();
  return fmt::format("{:%Y%m%dT%H%M%S}{}{:02}{:02}", LocalTime(facts), minutes < 0 ? '-' : '+',
                     std::abs(minutes) / 60, std::abs(minutes) % 60);
}

long long Timestamp(const SaveFacts& facts) {
  return std::chrono::floor<std::chrono::seconds>(facts.start).time_since_epoch().count();
}

/// What a token says, of those that are text.
std::string TextOf(std::string_view token, const SaveFacts& facts) {
  if (token == "date") return fmt::format("{:%Y-%m-%d}", LocalTime(facts));
  if (token == "time") return fmt::format("{:%H-%M-%S}", LocalTime(facts));
  if (token == "iso") return IsoTime(facts);
  if (token == "app") return facts.app;
  if (token == "source") return facts.source;
  if (token == "device") return facts.device;
  if (token == "label") return facts.label;
  return facts.ext;
}

}  // namespace

std::string SaveTemplate::Problem(std::string_view text) {
  try {
    const SaveTemplate parsed(text);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

SaveTemplate::SaveTemplate(std::string_view text) {
  if (text.empty()) throw Error("is empty; use one such as %(date)s/%(time)s.%(ext)s");
  if (text.front() == '/') throw Error("begins with '/'; use a path below the directory");
  if (text.back() == '/') throw Error("ends in '/'; add the name of the file");
  if (std::any_of(text.begin(), text.end(), IsControl)) {
    throw Error("holds a control character; use printable ones");
  }
  if (("/" + std::string(text) + "/").find("/../") != std::string::npos) {
    throw Error("has a part '..'; use a path below the directory");
  }
  while (!text.empty()) {
    pieces_.push_back(TakePiece(text));
    has_counter_ = has_counter_ || pieces_.back().token == "counter";
  }
}

SaveTemplate::Piece SaveTemplate::TakePiece(std::string_view& text) const {
  if (text.front() != '%') {
    const size_t length = std::min(text.find('%'), text.size());
    Piece piece{.text = std::string(text.substr(0, length)), .token = {}, .flags = {}};
    text.remove_prefix(length);
    return piece;
  }
  if (text.starts_with("%%")) {
    text.remove_prefix(2);
    return {.text = "%", .token = {}, .flags = {}};
  }
  const size_t end = text.find(')');
  if (!text.starts_with("%(") || end == std::string_view::npos) {
    throw Error("has a '%' that begins no %(token)s; write %% for a percent sign");
  }
  const std::string_view inside = text.substr(2, end - 2);
  const size_t bar = std::min(inside.find('|'), inside.size());
  const Token& token = FindToken(inside.substr(0, bar));
  Piece piece{.text = std::string(inside.substr(std::min(bar + 1, inside.size()))),
              .token = std::string(token.name),
              .flags = {}};
  text.remove_prefix(end + 1);
  const size_t flags = std::min(text.find_first_not_of("0-"), text.size());
  piece.flags = text.substr(0, flags);
  text.remove_prefix(flags);
  piece.width = TakeNumber(text, 0);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    piece.precision = TakeNumber(text, 0);
  }
  if (text.empty() || token.conversions.find(text.front()) == std::string_view::npos) {
    throw Error(fmt::format("has '%({})' without its conversion; write %({}){}", inside, inside,
                            token.conversions.back()));
  }
  piece.conversion = text.front();
  text.remove_prefix(1);
  return piece;
}

std::string SaveTemplate::Format(const Piece& piece, const SaveFacts& facts, int counter) {
  std::string text;
  bool is_number = true;
  if (piece.token == "counter") {
    text = fmt::format("{}", counter);
  } else if (piece.token == "timestamp") {
    text = fmt::format("{}", Timestamp(facts));
  } else if (piece.token == "duration") {
    const bool is_exact = piece.conversion == 'f';
    constexpr int kUsualPrecision = 6;  // of printf
    const int digits = piece.precision < 0 ? kUsualPrecision : piece.precision;
    text = is_exact ? fmt::format("{:.{}f}", facts.duration, digits)
                    : fmt::format("{:.0f}", facts.duration);
  } else {
    is_number = false;
    text = TextOf(piece.token, facts);
    if (text.empty()) text = piece.text;
    if (piece.precision >= 0) text = CutOff(text, static_cast<size_t>(piece.precision));
  }
  const auto width = static_cast<size_t>(piece.width);
  const size_t missing = width - std::min(width, text.size());
  if (piece.flags.find('-') != std::string::npos) return text + std::string(missing, ' ');
  const bool has_zeros = is_number && piece.flags.find('0') != std::string::npos;
  return std::string(missing, has_zeros ? '0' : ' ') + text;
}

std::string SaveTemplate::Expand(const SaveFacts& facts, int attempt, bool sanitize) const {
  std::string path;
  for (const Piece& piece : pieces_) {
    if (piece.token.empty()) {
      path += piece.text;
      continue;
    }
    // Only the template itself makes folders.
    std::string text = Format(piece, facts, attempt + 1);
    std::replace(text.begin(), text.end(), '/', '_');
    path += text;
  }
  path = SafePath(path, sanitize);
  if (has_counter_ || attempt == 0) return path;
  const size_t name = path.rfind('/') + 1;
  const size_t dot = path.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > name;
  return path.insert(has_extension ? dot : path.size(), fmt::format("-{}", attempt));
}

std::string SafePath(std::string_view path, bool sanitize) {
  std::string safe;
  while (true) {
    const size_t end = path.find('/');
    if (end == std::string_view::npos) break;
    if (end > 0) safe += SafePart(path.substr(0, end), sanitize, kLongestPart) + "/";
    path.remove_prefix(end + 1);
  }
  return safe + SafeLastPart(path, sanitize);
}

}  // namespace isr
