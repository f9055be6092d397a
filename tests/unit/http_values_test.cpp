#include <string>

#include <gtest/gtest.h>

#include "http/byte_range.hpp"
#include "http/media_type.hpp"
#include "http/own_host.hpp"
#include "http/router.hpp"
#include "http/time_text.hpp"
#include "http/url_text.hpp"

namespace isr {
namespace {

using Kind = ByteRange::Kind;

void ExpectRange(const char* header, std::uint64_t size, Kind kind, std::uint64_t offset,
                 std::uint64_t length) {
  const ByteRange range = ResolveRange(header, size);
  EXPECT_EQ(range.kind, kind) << header;
  EXPECT_EQ(range.offset, offset) << header;
  EXPECT_EQ(range.length, length) << header;
}

TEST(OwnOrigin, IsThatOfThePageItselfOrOfNoPage) {
  EXPECT_TRUE(IsOwnOrigin("", "studio:8080"));
  EXPECT_TRUE(IsOwnOrigin("http://studio:8080", "studio:8080"));
  EXPECT_TRUE(IsOwnOrigin("https://Studio", "studio"));
  for (const char* const foreign :
       {"null", "http://evil.example", "http://studio", "http://studio:80801", "studio:8080",
        "http://studio:8080, http://evil.example", "http://studio:8080.evil.example"}) {
    EXPECT_FALSE(IsOwnOrigin(foreign, "studio:8080")) << foreign;
  }
}

TEST(ByteRange, OneRangeIsClampedToTheFile) {
  ExpectRange("bytes=0-0", 100, Kind::kPart, 0, 1);
  ExpectRange("bytes=10-19", 100, Kind::kPart, 10, 10);
  ExpectRange("bytes=10-", 100, Kind::kPart, 10, 90);
  ExpectRange("bytes=99-99999999999", 100, Kind::kPart, 99, 1);
  ExpectRange("bytes=0-99999999999999999999999", 100, Kind::kPart, 0, 100);
  ExpectRange("bytes=-1", 100, Kind::kPart, 99, 1);
  ExpectRange("bytes=-99999", 100, Kind::kPart, 0, 100);
  ExpectRange("Bytes = 1-2", 100, Kind::kPart, 1, 2);
}

TEST(ByteRange, WhatLiesBehindTheEndIsUnsatisfiable) {
  ExpectRange("bytes=100-", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=99999999999999999999999-", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=-0", 100, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=0-", 0, Kind::kUnsatisfiable, 0, 0);
  ExpectRange("bytes=-5", 0, Kind::kUnsatisfiable, 0, 0);
}

TEST(ByteRange, WhatIsNoSingleRangeIsIgnored) {
  for (const char* const header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=0-1,5-6", "bytes=0x1-2",
        "bytes=+1-2", "lines=1-2", "bytes=1", "bytes=--1", "bytes=1-2-3"}) {
    ExpectRange(header, 100, Kind::kWhole, 0, 100);
  }
}

TEST(UrlText, PathsKeepThePlus) {
  EXPECT_EQ(DecodePath("/a+b%20c%2Fd%25%C3%A9"), "/a+b c/d%\xC3\xA9");
  EXPECT_FALSE(DecodePath("/%"));
  EXPECT_FALSE(DecodePath("/%4"));
  EXPECT_FALSE(DecodePath("/%g0"));
}

TEST(UrlText, QueriesComeBackAsTheyWereEncoded) {
  const std::map<std::string, std::string> parameters{{"a", "x y&z=1+2%"}, {"b", ""}, {"c", "é"}};
  EXPECT_EQ(DecodeQuery(EncodeQuery(parameters)), parameters);
  EXPECT_EQ(DecodeQuery("a=1&&b&a=x+y"),
            (std::map<std::string, std::string>{{"a", "x y"}, {"b", ""}}));
  EXPECT_FALSE(DecodeQuery("a=%zz"));
}

TEST(OwnHost, KnowsThisMachineAndNoOther) {
  for (const char* const host :
       {"127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "[fe80::1]", "192.168.1.5:80", "localhost",
        "LOCALHOST:1", "studio", "Studio:8080", "studio.local", "studio.local.:8080",
        "ISR.example:1"}) {
    EXPECT_TRUE(IsOwnHost(host, "Studio", {"isr.example"})) << host;
  }
  for (const char* const host : {"", ":80", "evil.example", "localhost.evil.example", "studio.evil",
                                 "127.0.0.1, evil.example", "[evil]", "127.0.0.1.evil"}) {
    EXPECT_FALSE(IsOwnHost(host, "Studio", {"isr.example"})) << host;
  }
}

TEST(MediaType, AttachmentNamesAreSafeAndWhole) {
  EXPECT_EQ(AttachmentDisposition("2026/a b.wav"), "attachment; filename=\"a b.wav\"");
  EXPECT_EQ(AttachmentDisposition("St\xC3\xB6\"r\\%\n.mp3"),
            "attachment; filename=\"St___r___.mp3\"; filename*=UTF-8''St%C3%B6%22r%5C%25%0A.mp3");
  EXPECT_EQ(MediaTypeOf("opus"), "audio/ogg");
  EXPECT_EQ(MediaTypeOf("exe"), "");
}

TEST(TimeText, ReadsSecondsAndIso) {
  const UtcTime expected{std::chrono::seconds(1795266000)};
  EXPECT_EQ(ParseTime("1795266000"), expected);
  EXPECT_EQ(ParseTime("1795266000.25"), expected + std::chrono::milliseconds(250));
  EXPECT_EQ(ParseTime("2026-11-21T13:00:00Z"), expected);
  EXPECT_EQ(ParseTime("2026-11-21T14:00:00+01:00"), expected);
  EXPECT_EQ(ParseTime("2026-11-21 14:00:00 01:00"), expected);
  EXPECT_TRUE(ParseTime("2026-11-21"));
  for (const char* const text :
       {"", "x", "nan", "inf", "1e300", "2026-13-01", "2026-11-21T25:00:00Z"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(TimeText, WritesTheClockOnTheWall) {
  const UtcTime time{std::chrono::microseconds(1795266000999999)};
  EXPECT_EQ(FormatLocalTime(time, std::chrono::hours(1)), "2026-11-21T14:00:00+01:00");
  EXPECT_EQ(FormatLocalTime(time, std::chrono::minutes(-210)), "2026-11-21T09:30:00-03:30");
}

TEST(Router, PrefersTheExactRoute) {
  EXPECT_EQ(FindRoute(Routes(), "GET", "/api/files")->path, "/api/files");
  EXPECT_EQ(FindRoute(Routes(), "HEAD", "/api/filesystem")->path, "/");
  EXPECT_EQ(FindRoute(Routes(), "GET", "/stream/a/b.wav")->path, "/stream/");
  EXPECT_EQ(FindRoute(Routes(), "GET", "/")->path, "/");
}

TEST(HttpValuesTest, APathHasTheMethodsOfAllItsRoutes) {
  static constexpr Route kRoutes[] = {{"/a", RunsOn::kMainThread, AnswerStatus},
                                      {"/a", RunsOn::kMainThread, AnswerSources, "PUT"},
                                      {"/", RunsOn::kMainThread, AnswerWeb}};
  EXPECT_EQ(FindRoute(kRoutes, "PUT", "/a"), &kRoutes[1]);
  EXPECT_EQ(FindRoute(kRoutes, "HEAD", "/a"), &kRoutes[0]);
  EXPECT_EQ(FindRoute(kRoutes, "DELETE", "/a"), nullptr);
  EXPECT_EQ(FindRoute(kRoutes, "PUT", "/b"), nullptr);
  EXPECT_EQ(MethodsOf(kRoutes, "/a"), "GET, HEAD, PUT");
}

}  // namespace
}  // namespace isr
