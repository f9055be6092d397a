#pragma once

#include <algorithm>
#include <cstddef>

#include "format/bytes.hpp"

namespace isr {

/// Bytes in, at the end, and out, at the front, in one piece. `Drop` only moves the front: a view
/// of dropped bytes stays valid until the next `Push`.
class ByteQueue {
 public:
  void Push(ByteView bytes) {
    if (front_ > 0 && front_ >= data_.size() / 2) {
      data_.erase(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(front_));
      front_ = 0;
    }
    AppendBytes(data_, bytes);
  }

  void Drop(size_t count) { front_ += std::min(count, Size()); }

  size_t Size() const { return data_.size() - front_; }
  ByteView View() const { return ByteView(data_).subspan(front_); }

 private:
  Bytes data_;
  size_t front_ = 0;  ///< <= data_.size()
};

}  // namespace isr
