#include "format/text_encoding.hpp"
#include "format/vorbis_comment.hpp"
#include "format_fixture.hpp"

namespace isr {
namespace {

TEST(VorbisComment, IsReadBack) {
  const VorbisComment comment{"isr", {{"ARTIST", "A"}, {"TITLE", "x=y"}}};
  EXPECT_EQ(ParseVorbisComment(BuildVorbisComment(comment)), comment);
  EXPECT_EQ(comment.Title(), "A - x=y");
}

TEST(VorbisComment, TellsATitleOfWhatIsThere) {
  EXPECT_EQ((VorbisComment{"", {{"TITLE", "T"}}}.Title()), "T");
  EXPECT_EQ((VorbisComment{"", {{"ARTIST", "A"}}}.Title()), "A");
  EXPECT_EQ(VorbisComment{}.Title(), "");
}

TEST(VorbisComment, RefusesLengthsThatPointOutside) {
  Bytes body = BuildVorbisComment({"isr", {{"TITLE", "T"}}});
  body[7 + 4] = 200;  // of the entry
  EXPECT_FALSE(ParseVorbisComment(body));
  EXPECT_FALSE(ParseVorbisComment(Bytes(3)));
  EXPECT_FALSE(ParseVorbisComment(Bytes(8, 0xff)));
}

TEST(VorbisComment, LeavesOutEntriesWithoutAName) {
  Bytes body = BuildVorbisComment({"", {{"T", "x"}}});
  body[13] = '-';  // instead of '='
  const auto comment = ParseVorbisComment(body);
  ASSERT_TRUE(comment);
  EXPECT_TRUE(comment->entries.empty());
}

TEST(Utf8, IsToldFromWhatOnlyLooksLikeIt) {
  EXPECT_TRUE(IsUtf8("plain"));
  EXPECT_TRUE(IsUtf8("\xe2\x82\xac \xf0\x9f\x8e\xb5"));
  EXPECT_FALSE(IsUtf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(IsUtf8("\xe2\x82"));          // cut
}

}  // namespace
}  // namespace isr
