#include "format/cut_frames.hpp"

#include <utility>

#include "format/frame_join.hpp"

namespace isr {
namespace {

/// The header, and how many bytes follow, are known only when all was seen.
class FrameCut final : public Cut {
 public:
  FrameCut(const FileBytes& file, Codec codec, const CutRequest& request,
           const std::function<void()>& progress)
      : file_(file) {
    FrameJoin counter;
    Begin(counter, codec, request);
    Bytes out;
    for (bool more = true; more;) {
      more = Step(counter, out);
      size_ += out.size();
      out.clear();
      progress();
    }
    header_ = counter.Header();
    size_ += header_.size();
    end_ = counter.End();
    Begin(join_, codec, request);
  }

  std::uint64_t Size() const override { return size_; }
  double End() const override { return end_; }

  bool Read(Bytes& out) override {
    AppendBytes(out, std::exchange(header_, {}));
    return Step(join_, out);
  }

 private:
  void Begin(FrameJoin& join, Codec codec, const CutRequest& request) const {
    join.Begin([this](std::uint64_t offset, size_t count) { return file_.Read(offset, count); },
               codec, {.start = request.start, .end = request.end, .place = request.place});
  }

  /// False at the end, when all is in `out`.
  static bool Step(FrameJoin& join, Bytes& out) {
    if (join.Step(out)) return true;
    join.Finish(out);
    return false;
  }

  const FileBytes file_;
  FrameJoin join_;
  Bytes header_;
  std::uint64_t size_ = 0;
  double end_ = 0;
};

}  // namespace

std::unique_ptr<Cut> MakeFrameCut(const FileBytes& file, Codec codec, const CutRequest& request,
                                  const std::function<void()>& progress) {
  return std::make_unique<FrameCut>(file, codec, request, progress);
}

}  // namespace isr
