#include <clocale>
#include <cstdio>

#include <fmt/format.h>
#include <gst/gst.h>

#include "base/error.hpp"
#include "live/live_message.hpp"
#include "webrtc/live_process.hpp"
#include "worker/decoder_choice.hpp"
#include "worker/worker_process.hpp"

/// isr-live: lets browsers hear what isr gives it. Started by isr alone.
int main(int argc, char** argv) {
  setlocale(LC_ALL, "");
  setlocale(LC_NUMERIC, "C");
  constexpr int kNiceness = 5;  // who records goes first
  isr::BeWorkerProcess(kNiceness);
  try {
    gst_init(&argc, &argv);
    isr::PreferFastDecoders();
    isr::LiveProcess(isr::MessageSocket(isr::Fd(isr::kLiveControlSocket)),
                     isr::MessageSocket(isr::Fd(isr::kLiveAudioSocket)))
        .Run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "isr-live: {}\n", isr::Describe(error));
    return 1;
  }
  return 0;
}
