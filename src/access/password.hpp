#pragma once

#include <string>
#include <string_view>

namespace isr {

constexpr size_t kMinPasswordBytes = 8;
constexpr size_t kMaxPasswordBytes = 256;

/// What is wrong with a new password, as the end of "the password ..."; or nothing.
std::string PasswordProblem(std::string_view password);

/// With a salt, by yescrypt, which takes some tenths of a second and megabytes on purpose. Throws
/// Error.
std::string HashPassword(const std::string& password);

/// As long. Letters count as equal however they are composed (Unicode NFC).
bool PasswordMatches(const std::string& password, const std::string& hash);

/// Where the hash is kept.
std::string PasswordPath(const std::string& state_directory);

/// Empty when there is none. Throws Error.
std::string ReadPasswordHash(const std::string& path);
/// For its owner's eyes only, who is the owner of the directory. Throws Error.
void StorePasswordHash(const std::string& path, const std::string& hash);
/// False: there was none. Throws Error.
bool RemovePassword(const std::string& path);

}  // namespace isr
