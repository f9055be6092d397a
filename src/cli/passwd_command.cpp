#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "access/password.hpp"
#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/load.hpp"
#include "cli/secret_input.hpp"

namespace isr {
namespace {

std::string AskForPassword() {
  std::string password = ReadSecret("New password for the web page");
  const std::string problem = PasswordProblem(password);
  if (!problem.empty())
    throw UsageError(fmt::format("the password {}; nothing was changed", problem));
  if (::isatty(STDIN_FILENO) == 1 && ReadSecret("Once more") != password) {
    throw UsageError("these are two different passwords; nothing was changed");
  }
  return password;
}

/// As root it would be root's, and useless to the isr that runs as somebody else.
void NeedDirectory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return;
  if (::geteuid() == 0) {
    throw Error(fmt::format("there is no '{}' yet; start isr once, then set the password", path));
  }
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError("cannot make the directory '" + path + "'", error.value());
}

}  // namespace

int PasswdCommand(const Arguments& arguments) {
  const Settings settings = LoadSettings(arguments);
  const std::string path = PasswordPath(settings.state_directory);
  if (arguments.remove) {
    const bool had_one = RemovePassword(path);
    fmt::print("{}\n", had_one ? "The password is removed; only this machine sees the page now."
                               : "There was no password.");
    return kExitOk;
  }
  NeedDirectory(settings.state_directory);
  StorePasswordHash(path, HashPassword(AskForPassword()));
  fmt::print("The password is set. Whoever was logged in has to log in again.\n");
  return kExitOk;
}

}  // namespace isr
