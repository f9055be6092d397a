#include "worker/cut_printer.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "worker/decode.hpp"
#include "worker/worker_process.hpp"

namespace isr {
namespace {

/// Somebody waits for it, but who records goes first.
constexpr int kNiceness = 5;

/// Each stands for a quarter of a MiB read.
constexpr int kStepsPerSign = 64;

}  // namespace

void PrintCut(const CutRequest& request) {
  BeWorkerProcess(kNiceness);
  const Fd file(kDecodeInput);
  bool has_begun = false;
  try {
    int steps = 0;
    const auto cut = MakeCut(file, request, [&steps] {
      if (++steps % kStepsPerSign != 0) return;
      fmt::print("progress\n");
      std::fflush(stdout);
    });
    has_begun = true;
    fmt::print("cut {} {}\n", cut->Size(), cut->End());
    Bytes bytes;
    for (bool more = true; more;) {
      more = cut->Read(bytes);
      if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) return;
      bytes.clear();
    }
  } catch (const NoSuchTime& beyond) {
    fmt::print("beyond {}\n", beyond.Duration());
  } catch (const Error& error) {
    if (!has_begun) fmt::print("trouble {}\n", Describe(error));
  }
  std::fflush(stdout);
}

}  // namespace isr
