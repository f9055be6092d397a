#include "format/text_encoding.hpp"
#include "format/vorbis_comment.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using isr::Check;
  const auto comment = isr::ParseVorbisComment({data, size});
  if (!comment) return 0;
  Check(isr::IsUtf8(comment->Title()), "a title is UTF-8");
  Check(isr::ParseVorbisComment(isr::BuildVorbisComment(*comment)).has_value(),
        "what was built can be read");
  return 0;
}
