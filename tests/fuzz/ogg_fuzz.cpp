#include <algorithm>

#include "format/ogg_page.hpp"
#include "tests/fuzz/framer_target.hpp"
#include "tests/fuzz/target.hpp"

namespace {

/// Where a page stands in `bytes`, gives it a right CRC: no fuzzer finds one by chance.
void SignPages(isr::Bytes& bytes) {
  for (std::size_t at = 0; at + isr::kOggPageHeaderBytes <= bytes.size();) {
    const auto page = std::span(bytes).subspan(at);
    const std::size_t body_at = isr::kOggPageHeaderBytes + page[26];
    std::size_t length = body_at;
    for (std::size_t i = isr::kOggPageHeaderBytes; i < std::min(body_at, page.size()); ++i) {
      length += page[i];
    }
    if (!isr::StartsWith(page, "OggS") || length > page.size()) {
      ++at;
      continue;
    }
    isr::SignOggPage(page.first(length));
    at += length;
  }
}

}  // namespace

/// The input as it is, and with the CRCs of its pages set right.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  isr::Bytes bytes(data, data + size);
  isr::CheckFramer(isr::Codec::kOpus, bytes, false);
  SignPages(bytes);
  isr::CheckFramer(isr::Codec::kOpus, bytes, false);
  return 0;
}
