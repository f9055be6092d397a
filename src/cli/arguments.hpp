#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace isr {

/// The command line of isr.
struct Arguments {
  std::string command = "run";
  std::vector<std::string> sources;  ///< or files, of the commands that take some
  std::string config;                ///< empty: where LoadSettings looks
  bool user = false;                 ///< the user's own isr, and its config
  std::string target;                ///< of set-source
  std::string directory;             ///< to serve, and record nothing; empty: none
  std::optional<int> port;           ///< of run, instead of the config's
  std::string analyses_directory;    ///< of the tracks; empty: with the recordings
  std::string socket;                ///< of the running daemon; empty: where the config says
  std::string from;                  ///< of verify; empty: from the first recording on
  std::string to;                    ///< of verify; empty: to the last one
  double patience = 30;              ///< of verify: seconds without progress that a decoder gets
  std::string gst_source;            ///< of check: print the pipeline of this source
  std::optional<double> margin;      ///< of run and analyze: dB over the noise floor
  std::optional<double> min_gap;     ///< of both: seconds; sections closer than this are one
  std::string output;                ///< of cut: a file or a folder; empty: the working directory
  bool remove = false;               ///< of passwd: no password any more
  bool threshold = false;            ///< was given, and means nothing
  std::string source;                ///< of save; empty: the only one
  std::optional<double> seconds;     ///< of save: up to now
  std::optional<double> post;        ///< of save: seconds from now on as well
  std::string label;                 ///< of save
  bool refresh = false;              ///< of analyze: measure again what has been measured
  bool json = false;
  bool version = false;
  bool list_devices = false;
};

/// A command line that is not understood.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// `isr my.ini` is `isr run my.ini`. Of the words after a command that takes sources, the last one
/// is the config when it ends in ".ini" or holds a '/', which no source's name does. Prints the
/// help and exits when that is asked for. Throws UsageError.
Arguments ParseArguments(int argc, char** argv);

}  // namespace isr
