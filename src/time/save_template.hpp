#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace isr {

/// What the name of a saved file can tell. UTF-8.
struct SaveFacts {
  UtcTime start{};                     ///< of the first saved sample
  std::chrono::seconds utc_offset{0};  ///< local time - UTC at `start`
  double duration = 0;                 ///< seconds
  std::string source;
  std::string app;     ///< the application that was heard; or empty
  std::string device;  ///< or empty
  std::string label;   ///< what a person called it; or empty
  std::string ext;     ///< "wav"
};

/// How saved files are called: "%(date)s/%(time)s_%(counter)03d.%(ext)s". '/' makes folders. Tokens
/// in the printf forms of Python, with a default for those that are empty, "%(label|untitled)s"; %%
/// is a percent sign.
///
///     date 2026-11-21   time 14-30-05   iso 20261121T143005+0100: local, of the first sample
///     timestamp         UNIX seconds of the same
///     source app device label ext
///     duration          seconds
///     counter           1, or the next number that makes a name which is free
///
/// The conversions are s, with numbers also d, and with duration also f.
class SaveTemplate {
 public:
  /// What is wrong with a template and what would be right; empty when it is valid.
  static std::string Problem(std::string_view text);

  /// Throws Error that says what Problem does.
  explicit SaveTemplate(std::string_view text);

  /// Whether it holds the counter: else a name that is taken gets -1, -2, ...
  bool HasCounter() const { return has_counter_; }

  /// A path below the folder for saved files, as SafePath makes it, for the `attempt`th try (0
  /// first) to find a name that is free.
  std::string Expand(const SaveFacts& facts, int attempt, bool sanitize) const;

 private:
  struct Piece {
    std::string text;   ///< literal, or the default of a token
    std::string token;  ///< empty: a literal
    std::string flags;
    int width = 0;
    int precision = -1;
    char conversion = 's';
  };
  /// A literal up to the next '%', or what stands there. Throws Error.
  Piece TakePiece(std::string_view& text) const;
  static std::string Format(const Piece& piece, const SaveFacts& facts, int counter);

  std::vector<Piece> pieces_;
  bool has_counter_ = false;
};

/// `path`, with '/' between folders, as one that cannot leave the folder it is put into and can be
/// made: no empty part, no "." and "..", no control characters, each part at most 240 bytes long,
/// where the last one keeps its extension. With `sanitize` each part can also be made on FAT and
/// NTFS: none of <>:"\|?*, no space or '.' at the end, no '.' at the begin (it would be hidden), no
/// name that is a device's (CON, LPT1).
std::string SafePath(std::string_view path, bool sanitize);

}  // namespace isr
