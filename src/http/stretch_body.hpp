#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "http/reply.hpp"
#include "worker/stretch_process.hpp"

namespace isr {

/// A process that says nothing for so long hangs.
constexpr std::chrono::seconds kStretchPatience{10};

/// What a process gives out, as it comes, with bytes around it. It is read once, from front to
/// back.
class StretchBody final : public BodySource {
 public:
  /// `padding`: zeros behind.
  StretchBody(std::unique_ptr<StretchProcess> process, std::string front, std::size_t padding)
      : process_(std::move(process)), next_(std::move(front)), padding_(padding) {}

  bool Read(std::uint64_t offset, std::span<std::uint8_t> data) override;

 private:
  std::unique_ptr<StretchProcess> process_;
  std::string next_;  ///< what was read ahead
  std::size_t padding_;
};

/// 504, for the recording `name`.
Reply DecoderHangs(const std::string& name);

}  // namespace isr
