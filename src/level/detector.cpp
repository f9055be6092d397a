#include "level/detector.hpp"

#include <utility>

#include "level/detector_rules.hpp"

namespace isr {

Detector::Detector(const DetectorOptions& options, Handlers handlers) {
  if (options.rule == DetectorOptions::Rule::kPercentile) {
    rule_ = std::make_unique<Percentile>(options, std::move(handlers));
  } else {
    rule_ = std::make_unique<Adaptive>(options, std::move(handlers));
  }
}

Detector::~Detector() = default;

void Detector::Push(std::int16_t level) {
  rule_->Push({&level, 1});
}

void Detector::Push(std::span<const std::int16_t> levels) {
  rule_->Push(levels);
}

void Detector::Skip(std::int64_t windows) {
  rule_->Skip(windows);
}

void Detector::Finish() {
  rule_->Finish();
}

std::int64_t Detector::Windows() const {
  return rule_->Windows();
}

std::int16_t Detector::Floor() const {
  return rule_->Floor();
}

bool Detector::IsOpen() const {
  return rule_->IsOpen();
}

}  // namespace isr
