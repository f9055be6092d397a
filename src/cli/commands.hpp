#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"

namespace isr {

/// Exit codes, from sysexits.h: systemd and scripts can tell a wrong config from a crash.
enum ExitCode : int {
  kExitOk = 0,
  kExitUsage = 64,         ///< EX_USAGE: wrong arguments, or a source that there is not
  kExitDataError = 65,     ///< EX_DATAERR: a file that does not decode
  kExitNoInput = 66,       ///< EX_NOINPUT: a file that cannot be opened
  kExitUnavailable = 69,   ///< EX_UNAVAILABLE: a port, a directory, a device or the running isr
                           ///< cannot be had
  kExitSoftware = 70,      ///< EX_SOFTWARE: a fault of ours, or a driver that hangs
  kExitCannotCreate = 73,  ///< EX_CANTCREAT: a file that cannot be written
  kExitConfig = 78,        ///< EX_CONFIG: every problem is on stderr, with its line
};

/// Each runs one subcommand and returns its exit code. They throw Error.
int RunCommand(const Arguments& arguments);
int CheckCommand(const Arguments& arguments);
int StatusCommand(const Arguments& arguments);
int PauseCommand(const Arguments& arguments);
int ResumeCommand(const Arguments& arguments);
int SourcesCommand(const Arguments& arguments);
int SetSourceCommand(const Arguments& arguments);
int ReloadCommand(const Arguments& arguments);
int QuitCommand(const Arguments& arguments);
int SaveCommand(const Arguments& arguments);
int PasswdCommand(const Arguments& arguments);
int VerifyCommand(const Arguments& arguments);
int AnalyzeCommand(const Arguments& arguments);
int CutCommand(const Arguments& arguments);
/// For CheckFile, see worker/decode.hpp.
int DecodeCommand(const Arguments& arguments);
/// For MeasureFile, the same.
int MeasureCommand(const Arguments& arguments);
/// For StretchProcess, see worker/clip.hpp and worker/cut_printer.hpp.
int ClipCommand(const Arguments& arguments);
int PrintCutCommand(const Arguments& arguments);
/// For StreamListener, see worker/listen.hpp.
int ListenCommand(const Arguments& arguments);
int ListDevicesCommand();

struct Subcommand {
  const char* word;
  /// What its words are, besides a CONFIG.
  enum class Takes { kNothing, kSources, kFiles, kStretch, kTarget } takes;
  bool needs_gstreamer;
  const char* help;  ///< nullptr: not for people
  int (*run)(const Arguments& arguments);
};

/// All of them.
std::span<const Subcommand> Subcommands();
/// nullptr when there is none of that name.
const Subcommand* FindSubcommand(std::string_view word);

}  // namespace isr
