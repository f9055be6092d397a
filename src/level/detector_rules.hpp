#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "level/detector.hpp"
#include "level/noise_floor.hpp"
#include "level/section_builder.hpp"

namespace isr {

/// How a Detector does it. The calls are the Detector's.
class Detector::Rule {
 public:
  virtual ~Rule() = default;
  virtual void Push(std::span<const std::int16_t> levels) = 0;
  virtual void Skip(std::int64_t windows) = 0;
  virtual void Finish() = 0;
  virtual std::int64_t Windows() const = 0;
  virtual std::int16_t Floor() = 0;
  virtual bool IsOpen() const = 0;
};

/// The floor follows what is no section.
class Detector::Adaptive final : public Detector::Rule {
 public:
  Adaptive(const DetectorOptions& options, Handlers handlers);

  void Push(std::span<const std::int16_t> levels) override;
  void Skip(std::int64_t windows) override;
  void Finish() override;
  std::int64_t Windows() const override;
  std::int16_t Floor() override { return floor_.IsKnown() ? floor_.Level() : kMissingLevel; }
  bool IsOpen() const override { return sections_.IsOpen(); }

 private:
  void WarmUp(std::int16_t level);
  void JudgeStart();
  void Judge(std::int16_t level);
  void Miss();
  void Restart();
  std::int64_t StartBefore(int release) const;
  void Learn(std::int16_t level, bool is_loud);
  std::int64_t CountOf(std::int16_t level);
  void Ended();
  void AdmitWaiting(std::size_t from);

  // In windows, and hundredths of dB.
  const std::int64_t warm_up_;
  const std::int64_t longest_gap_;
  const std::int64_t hold_;
  const std::int64_t drop_out_;
  const std::size_t look_back_;
  const std::int16_t margin_;
  const std::int16_t release_;

  NoiseFloor floor_;
  SectionBuilder sections_;
  std::int64_t index_ = 0;   ///< of the window to come
  std::int64_t gap_ = 0;     ///< windows missing up to here
  std::int64_t silent_ = 0;  ///< windows of digital silence up to here

  bool warm_ = false;
  bool replaying_ = false;           ///< judges the start, whose background is known already
  std::vector<std::int16_t> first_;  ///< levels of a start that is not judged yet
  std::int64_t heard_ = 0;           ///< of these, those not missing

  std::vector<std::int16_t> before_;   ///< the last levels, a ring by window
  std::int64_t earliest_ = 0;          ///< a section cannot start before this window
  std::vector<std::int16_t> waiting_;  ///< levels of the section that is open, until it is held
  std::size_t tail_ = 0;               ///< of these, those behind its end
  bool held_ = false;                  ///< the section that is open has become background
};

/// The floor is a percentile of each block by itself.
class Detector::Percentile final : public Detector::Rule {
 public:
  Percentile(const DetectorOptions& options, Handlers handlers);

  void Push(std::span<const std::int16_t> levels) override;
  void Skip(std::int64_t windows) override;
  void Finish() override;
  std::int64_t Windows() const override;
  std::int16_t Floor() override { return last_floor_; }
  bool IsOpen() const override { return sections_.IsOpen(); }

 private:
  void JudgeBlock();

  const std::size_t block_;
  const double fraction_;
  const std::int16_t margin_;

  SectionBuilder sections_;
  std::int64_t done_ = 0;             ///< windows before the block
  std::vector<std::int16_t> levels_;  ///< of the block
  std::vector<std::int16_t> sorted_;  ///< the same, for a while
  std::int16_t last_floor_ = kMissingLevel;
};

/// How many windows that is.
inline std::int64_t WindowsOf(const DetectorOptions& options, std::chrono::milliseconds time) {
  return std::max<std::int64_t>(time / options.window, 1);
}

}  // namespace isr
