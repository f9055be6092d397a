#pragma once

#include <stdexcept>
#include <string>

namespace isr {

/// What start-up and commands throw. The text is a whole sentence part without a full stop, says
/// what was tried and, where it helps, what would be right. Context is added with
/// `std::throw_with_nested(Error("while ..."))`; `Describe` joins the chain again.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// "outer: inner: innermost", from an exception and those nested in it.
std::string Describe(const std::exception& error);

/// An Error that ends in the text of an errno value: "cannot open 'x': Permission denied".
Error SystemError(const std::string& what, int error_number);

}  // namespace isr
