#include "access/password.hpp"

#include <cerrno>
#include <cstdlib>
#include <memory>

#include <crypt.h>
#include <fmt/format.h>
#include <glib.h>
#include <unistd.h>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace isr {
namespace {

constexpr const char* kMethod = "$y$";  // yescrypt, crypt(5)

using CText = std::unique_ptr<char, decltype(&std::free)>;

/// None when it is not UTF-8.
std::string Composed(const std::string& password) {
  g_autofree char* composed = g_utf8_normalize(
      password.data(), static_cast<gssize>(password.size()), G_NORMALIZE_DEFAULT_COMPOSE);
  return composed == nullptr ? std::string() : composed;
}

/// Empty when crypt refuses.
std::string Crypt(const std::string& password, const std::string& setting) {
  void* room = nullptr;
  int size = 0;
  const char* const hash = crypt_ra(password.c_str(), setting.c_str(), &room, &size);
  std::string result = hash == nullptr ? std::string() : hash;
  std::free(room);
  return result;
}

}  // namespace

std::string PasswordProblem(std::string_view password) {
  if (password.size() < kMinPasswordBytes) {
    return fmt::format("is shorter than {} letters", kMinPasswordBytes);
  }
  if (password.size() > kMaxPasswordBytes) {
    return fmt::format("is longer than {} bytes", kMaxPasswordBytes);
  }
  const bool is_text =
      g_utf8_validate(password.data(), static_cast<gssize>(password.size()), nullptr) != FALSE;
  return is_text ? std::string() : "is not UTF-8 text";
}

std::string HashPassword(const std::string& password) {
  const CText setting(crypt_gensalt_ra(kMethod, 0, nullptr, 0), std::free);
  if (setting == nullptr) throw SystemError("cannot make a salt for the password", errno);
  std::string hash = Crypt(Composed(password), setting.get());
  if (hash.empty()) throw SystemError("cannot hash the password", errno);
  return hash;
}

bool PasswordMatches(const std::string& password, const std::string& hash) {
  if (password.size() > kMaxPasswordBytes) return false;
  const std::string composed = Composed(password);
  return !composed.empty() && !hash.empty() && Crypt(composed, hash) == hash;
}

std::string PasswordPath(const std::string& state_directory) {
  return state_directory + "/password";
}

std::string ReadPasswordHash(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return {};
  return std::string(Trim(ReadWholeFile(path)));
}

void StorePasswordHash(const std::string& path, const std::string& hash) {
  WriteFileAtomically(path, hash + "\n", Durability::kDurable, Readers::kOwner);
}

bool RemovePassword(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw SystemError("cannot remove '" + path + "'", errno);
}

}  // namespace isr
