#pragma once

#include <string>

namespace isr {

struct TlsProblem {
  bool is_of_key = false;  ///< else of the certificate
  std::string text;        ///< empty: none
};

/// Whether the PEM files can be read and belong together. Blocks on the disk.
TlsProblem CheckTlsFiles(const std::string& certificate, const std::string& key);

}  // namespace isr
