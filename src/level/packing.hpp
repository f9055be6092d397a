#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace isr {

/// Puts numbers, least significant byte first, and short texts behind each other.
class Packer {
 public:
  template <typename Integer>
  Packer& Put(Integer value) {
    auto rest = static_cast<std::make_unsigned_t<Integer>>(value);
    for (std::size_t i = 0; i < sizeof value; ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(rest & 0xff));
      rest = static_cast<decltype(rest)>(static_cast<std::uint64_t>(rest) >> 8);
    }
    return *this;
  }

  /// Its length in two bytes, then the text; what is longer than `limit` is cut off.
  Packer& PutText(std::string_view text, std::size_t limit) {
    text = text.substr(0, limit);
    Put(static_cast<std::uint16_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }

  /// Zeros up to `size` bytes.
  Packer& FillTo(std::size_t size) {
    bytes_.resize(std::max(size, bytes_.size()));
    return *this;
  }

  std::span<const std::uint8_t> View() const { return bytes_; }
  std::vector<std::uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Takes apart what a Packer made. Reading past the end gives zeros and empty texts, and `IsWhole`
/// says so.
class Unpacker {
 public:
  explicit Unpacker(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Get() {
    const std::span<const std::uint8_t> bytes = Cut(sizeof(Integer));
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
    return static_cast<Integer>(value);
  }

  std::string GetText() {
    const std::span<const std::uint8_t> bytes = Cut(Get<std::uint16_t>());
    return {bytes.begin(), bytes.end()};
  }

  /// Nothing was asked for that is not there.
  bool IsWhole() const { return whole_; }

 private:
  std::span<const std::uint8_t> Cut(std::size_t size) {
    if (size > rest_.size()) {
      whole_ = false;
      rest_ = {};
      return {};
    }
    const std::span<const std::uint8_t> front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }

  std::span<const std::uint8_t> rest_;
  bool whole_ = true;
};

}  // namespace isr
