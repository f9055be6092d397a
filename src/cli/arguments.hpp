#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace isr {

/// The command line of isr.
struct Arguments {
  std::string command = "run";
  std::vector<std::string> sources;  ///< of the commands that take some
  std::string config = "config.ini";
  std::string socket;  ///< of the running daemon; empty: where the config says
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
