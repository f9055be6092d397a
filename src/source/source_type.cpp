#include "source/source_type.hpp"

#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "source/desktop.hpp"
#include "source/soundcard.hpp"
#include "source/stream.hpp"
#include "source/test_source.hpp"

namespace isr {
namespace {

/// One row a type.
struct SourceType {
  const char* name;  ///< the word in `type = ...`
  SourceBin (*build)(const SourceSettings& settings);
};

constexpr std::array kTypes{
    SourceType{"stream", BuildStream},   SourceType{"soundcard", BuildSoundcard},
    SourceType{"desktop", BuildDesktop}, SourceType{"pipewire", BuildDesktop},
    SourceType{"pulse", BuildDesktop},   SourceType{"test", BuildTestSource},
};

}  // namespace

SourceBin BuildSource(const SourceSettings& settings) {
  for (const SourceType& type : kTypes) {
    if (settings.type == type.name) return type.build(settings);
  }
  throw Error(fmt::format("no source type '{}'", settings.type));
}

}  // namespace isr
