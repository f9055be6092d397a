#include "plugins/second_marks.hpp"

namespace isr {
namespace {

/// A file whose time jumps further than that, for whatever reason, has no marks in between.
constexpr std::chrono::seconds kMaxJump{60};

}  // namespace

void SecondMarks::Note(std::chrono::nanoseconds time, std::uint64_t position) {
  if (!first_) {
    first_ = time;
    last_ = {{}, position};
  }
  const std::chrono::nanoseconds since = time - *first_;
  if (since < last_.time) return;
  before_ = last_;
  last_ = {since, position};
  if (since - before_.time < kMaxJump) return;
  before_ = last_;
  next_ = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(since).count());
}

std::optional<FileMark> SecondMarks::Take() {
  const std::chrono::seconds end(next_ + 1);
  if (!first_ || last_.time < end) return std::nullopt;
  const Place& place = last_.time == end ? last_ : before_;
  return FileMark{.bytes = place.position, .second = next_++, .time = place.time};
}

}  // namespace isr
