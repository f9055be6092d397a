#include "base/error.hpp"

#include <system_error>

namespace isr {

std::string Describe(const std::exception& error) {
  std::string text = error.what();
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& inner) {
    text += ": " + Describe(inner);
  } catch (...) {
    text += ": unknown error";
  }
  return text;
}

Error SystemError(const std::string& what, int error_number) {
  return Error(what + ": " + std::generic_category().message(error_number));
}

}  // namespace isr
