#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "format/wav_header.hpp"
#include "format/wav_reader.hpp"
#include "http_fixture.hpp"

namespace isr {
namespace {

namespace fs = std::filesystem;

/// Bytes that differ everywhere, so that a misplaced piece shows.
std::string Pattern(size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

class HttpRecordingTest : public HttpFixture {
 protected:
  HttpRecordingTest() { WriteFile(output_ + "/a.mp3", content_); }

  const std::string content_ = Pattern(1000000);
};

TEST_F(HttpRecordingTest, AWholeFileComesInPieces) {
  Start();
  const Response response = Get("/stream/a.mp3");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "audio/mpeg");
  EXPECT_EQ(response.headers.at("accept-ranges"), "bytes");
  EXPECT_EQ(response.headers.at("content-length"), "1000000");
  EXPECT_FALSE(response.headers.contains("content-disposition"));
  EXPECT_TRUE(response.body == content_);
}

TEST_F(HttpRecordingTest, ARangeIsExactlyThatPart) {
  Start();
  const struct {
    const char* range;
    size_t offset;
    size_t length;
  } cases[] = {{"0-0", 0, 1},
               {"0-", 0, 1000000},
               {"262143-262144", 262143, 2},
               {"-5", 999995, 5},
               {"-9999999", 0, 1000000},
               {"999999-", 999999, 1},
               {"10-600000", 10, 599991},
               {"5-99999999999", 5, 999995}};
  for (const auto& part : cases) {
    const Response response =
        Get("/stream/a.mp3", std::string("Range: bytes=") + part.range + "\r\n");
    EXPECT_EQ(response.status, 206) << part.range;
    EXPECT_EQ(response.headers.at("content-range"),
              "bytes " + std::to_string(part.offset) + "-" +
                  std::to_string(part.offset + part.length - 1) + "/1000000");
    EXPECT_TRUE(response.body == content_.substr(part.offset, part.length)) << part.range;
  }
}

TEST_F(HttpRecordingTest, ARangeBehindTheEndIs416) {
  Start();
  for (const char* const range : {"1000000-", "-0", "99999999999999999999-"}) {
    const Response response = Get("/stream/a.mp3", std::string("Range: bytes=") + range + "\r\n");
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.headers.at("content-range"), "bytes */1000000");
  }
}

TEST_F(HttpRecordingTest, WhatIsNoSingleRangeGetsTheWholeFile) {
  Start();
  for (const char* const range : {"bytes=0-1,5-6", "bytes=9-5", "lines=0-5", "bytes=x"}) {
    const Response response = Get("/stream/a.mp3", std::string("Range: ") + range + "\r\n");
    EXPECT_EQ(response.status, 200) << range;
    EXPECT_EQ(response.body.size(), content_.size()) << range;
  }
}

TEST_F(HttpRecordingTest, ARangeOfAnythingElseIsIgnored) {
  Start();
  EXPECT_EQ(Get("/api/status", "Range: bytes=0-1\r\n").status, 200);
  EXPECT_EQ(Get("/nothing", "Range: bytes=0-1\r\n").status, 404);
}

TEST_F(HttpRecordingTest, HeadTellsTheSizeAndSendsNothing) {
  Start();
  const Response whole = Ask("HEAD", "/stream/a.mp3");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.headers.at("content-length"), "1000000");
  EXPECT_EQ(whole.body, "");
  const Response part = Ask("HEAD", "/stream/a.mp3", "Range: bytes=5-9\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.headers.at("content-length"), "5");
  EXPECT_EQ(part.body, "");
}

TEST_F(HttpRecordingTest, WhatTheClientHasIsNotSentAgain) {
  Start();
  const Response first = Ask("HEAD", "/stream/a.mp3");
  const std::string etag = first.headers.at("etag");
  const std::string date = first.headers.at("last-modified");
  EXPECT_EQ(Get("/stream/a.mp3", "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(Get("/stream/a.mp3", "If-None-Match: \"x\", W/" + etag + "\r\n").status, 304);
  EXPECT_EQ(Get("/stream/a.mp3", "If-None-Match: *\r\n").status, 304);
  EXPECT_EQ(Get("/stream/a.mp3", "If-None-Match: \"x\"\r\n").status, 200);
  EXPECT_EQ(Get("/stream/a.mp3", "If-Modified-Since: " + date + "\r\n").status, 304);
  for (const auto& [then, status] :
       {std::pair("Fri, 31 Dec 2100 23:59:59 GMT", 304),
        std::pair("Thu, 01 Jan 2015 00:00:00 GMT", 200), std::pair("yesterday", 200)}) {
    const std::string field = std::string("If-Modified-Since: ") + then + "\r\n";
    EXPECT_EQ(Get("/stream/a.mp3", field).status, status) << then;
    // The tag is the better witness.
    EXPECT_EQ(Get("/stream/a.mp3", field + "If-None-Match: \"x\"\r\n").status, 200);
  }
  const Response none = Get("/stream/a.mp3", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(none.body, "");
  EXPECT_EQ(none.headers.at("etag"), etag);
}

TEST_F(HttpRecordingTest, ARangeOfAnOlderVersionGetsTheWholeNewOne) {
  Start();
  const Response first = Ask("HEAD", "/stream/a.mp3");
  const std::string range = "Range: bytes=0-9\r\nIf-Range: ";
  EXPECT_EQ(Get("/stream/a.mp3", range + first.headers.at("etag") + "\r\n").status, 206);
  EXPECT_EQ(Get("/stream/a.mp3", range + first.headers.at("last-modified") + "\r\n").status, 206);
  EXPECT_EQ(Get("/stream/a.mp3", range + "\"old\"\r\n").status, 200);
  WriteFile(output_ + "/a.mp3", "new");
  EXPECT_EQ(Get("/stream/a.mp3", range + first.headers.at("etag") + "\r\n").body, "new");
}

TEST_F(HttpRecordingTest, NoWayLeadsOutOfTheRecordings) {
  WriteFile(root_ + "/secret.mp3", "secret");
  WriteFile(output_ + "/.hidden.mp3", "x");
  WriteFile(output_ + "/.hidden/x.mp3", "x");
  WriteFile(output_ + "/notes.txt", "x");
  fs::create_directory(output_ + "/folder.mp3");
  fs::create_symlink("../secret.mp3", output_ + "/out.mp3");
  fs::create_symlink(root_ + "/secret.mp3", output_ + "/absolute.mp3");
  fs::create_directory_symlink("..", output_ + "/up");
  ASSERT_EQ(::mkfifo((output_ + "/pipe.mp3").c_str(), 0600), 0);
  Start();
  for (const char* const name : {"../secret.mp3",
                                 "%2e%2e/secret.mp3",
                                 "..%2fsecret.mp3",
                                 "x/../../secret.mp3",
                                 "%2e%2e%2fsecret.mp3",
                                 "/etc/passwd",
                                 "%2fetc%2fpasswd",
                                 ".hidden.mp3",
                                 ".hidden/x.mp3",
                                 "notes.txt",
                                 "folder.mp3",
                                 "out.mp3",
                                 "absolute.mp3",
                                 "up/secret.mp3",
                                 "pipe.mp3",
                                 "",
                                 "a.mp3/",
                                 "a.mp3%00",
                                 "a.mp3%00.mp3",
                                 "%ff.mp3"}) {
    for (const char* const route : {"/stream/", "/download/"}) {
      const Response response = Get(std::string(route) + name);
      EXPECT_TRUE(response.status == 404 || response.status == 400)
          << route << name << ": " << response.status;
      EXPECT_EQ(response.body.find("secret\n"), std::string::npos);
    }
  }
}

TEST_F(HttpRecordingTest, ALinkWithinTheRecordingsIsFollowed) {
  fs::create_symlink("a.mp3", output_ + "/same.mp3");
  Start();
  EXPECT_EQ(Get("/stream/same.mp3").body.size(), content_.size());
}

TEST_F(HttpRecordingTest, OddNamesAreServed) {
  const std::pair<const char*, const char*> names[] = {{"a b.mp3", "a%20b.mp3"},
                                                       {"a+b.mp3", "a+b.mp3"},
                                                       {"100%.mp3", "100%25.mp3"},
                                                       {"#1?.mp3", "%231%3F.mp3"},
                                                       {"Stöße.mp3", "St%C3%B6%C3%9Fe.mp3"},
                                                       {"day/one.mp3", "day%2Fone.mp3"},
                                                       {"a%20b.mp3", "a%2520b.mp3"},
                                                       {"q&a;=.mp3", "q&a;=.mp3"}};
  for (const auto& [name, path] : names) WriteFile(output_ + "/" + name, name);
  Start();
  for (const auto& [name, path] : names) {
    EXPECT_EQ(Get(std::string("/stream/") + path).body, name) << path;
  }
}

TEST_F(HttpRecordingTest, ADownloadIsAnAttachment) {
  WriteFile(output_ + "/2026/Stöße.mp3", "x");
  Start();
  const Response response = Get("/download/2026/St%C3%B6%C3%9Fe.mp3");
  EXPECT_EQ(response.headers.at("content-disposition"),
            "attachment; filename=\"St____e.mp3\"; filename*=UTF-8''St%C3%B6%C3%9Fe.mp3");
  EXPECT_EQ(Get("/download/a.mp3", "Range: bytes=0-4\r\n").body, content_.substr(0, 5));
}

TEST_F(HttpRecordingTest, AGrowingWavIsWholeAtEveryMoment) {
  // 44 bytes of header with sizes of nothing, as a writer leaves them until it closes the file.
  const std::string header(
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xbb\0\0\0\xee\x02\0\x04\0"
      "\x10\0data\0\0\0\0",
      44);
  WriteFile(output_ + "/now.wav", header + content_ + "abc");
  AddSegment("now.wav", 1000, true);
  CommitCatalogue();
  Start();
  const Response whole = Get("/stream/now.wav");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.headers.at("cache-control"), "no-store");
  EXPECT_FALSE(whole.headers.contains("etag"));
  ASSERT_EQ(whole.body.size(), 1000044U);
  EXPECT_EQ(whole.body.substr(40, 4), std::string("\x40\x42\x0f\0", 4));  // 1000000
  EXPECT_EQ(whole.body.substr(4, 4), std::string("\x64\x42\x0f\0", 4));   // 1000036
  EXPECT_TRUE(whole.body.substr(44) == content_);
  // The header is right in a part of the file, too, and a player may hold the size still.
  const Response part = Get("/stream/now.wav?upto=4044", "Range: bytes=42-100\r\n");
  EXPECT_EQ(part.headers.at("content-range"), "bytes 42-100/4044");
  EXPECT_EQ(part.body, std::string(2, '\0') + content_.substr(0, 57));
  EXPECT_EQ(Get("/stream/now.wav?upto=x").status, 400);
  EXPECT_EQ(Get("/stream/now.wav?upto=-1").status, 400);
  EXPECT_EQ(Get("/stream/a.mp3?upto=99999999").headers.at("cache-control"), "no-cache");
}

TEST_F(HttpRecordingTest, AGrowingWavBeyondFourGigabytesIsRf64) {
  const Bytes header = BuildWavHeader({.rate = 48000, .channels = 2, .bits = 16}, 0);
  WriteFile(output_ + "/now.wav", std::string(header.begin(), header.end()));
  const std::uint64_t data = (std::uint64_t{5} << 30) + 3;
  fs::resize_file(output_ + "/now.wav", header.size() + data);  // a hole
  SourceStatus source;
  source.file = "now.wav";  // the catalogue does not know it yet
  status_.sources = {source};
  Start();
  const Response response = Get("/stream/now.wav", "Range: bytes=0-5000\r\n");
  EXPECT_EQ(response.headers.at("content-range"),
            "bytes 0-5000/" + std::to_string(header.size() + data - 3));
  EXPECT_EQ(response.headers.at("cache-control"), "no-store");
  const Bytes head(response.body.begin(), response.body.end());
  EXPECT_TRUE(StartsWith(head, "RF64"));
  const auto layout = ReadWavHeader(head);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->data_bytes, data - 3);
  EXPECT_EQ(layout->riff_bytes + 8, header.size() + data - 3);
}

TEST_F(HttpRecordingTest, DownloadsLeaveNoDescriptor) {
  Start();
  Get("/stream/a.mp3");
  const size_t before = CountDescriptors();
  Beside([&] {
    for (int i = 0; i < 500; ++i) {
      Client client(Port());
      client.Send("GET /stream/a.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      // Left before the reply, in its first piece, in a later one, and read to the end.
      const size_t limits[] = {0, 100, 500000, SIZE_MAX};
      client.Receive(limits[i % 4]);
    }
  });
  EXPECT_TRUE(RunUntil([&] { return CountDescriptors() <= before; })) << CountDescriptors();
  EXPECT_EQ(Get("/stream/a.mp3").body.size(), content_.size());
}

TEST_F(HttpRecordingTest, MemoryDoesNotGrowWithTheFile) {
  const std::string path = output_ + "/large.mp3";
  WriteFile(path, "x");
  fs::resize_file(path, std::uint64_t{256} << 20);  // holes: no disk is used
  Start();
  Get("/stream/a.mp3");
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  size_t received = 0;
  Beside([&] {
    Client client(Port());
    client.Send("GET /stream/large.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (std::string piece = client.Receive(1 << 20); !piece.empty();
         piece = client.Receive(1 << 20)) {
      received += piece.size();
    }
  });
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_GT(received, size_t{256} << 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024) << "kB";
#endif
}

TEST_F(HttpRecordingTest, RangesReachBeyondFourGigabytes) {
  const std::string path = output_ + "/large.mp3";
  WriteFile(path, "x");
  fs::resize_file(path, 10'000'000'000);  // a hole
  std::ofstream(path, std::ios::app) << "end";
  Start();
  EXPECT_EQ(Ask("HEAD", "/stream/large.mp3").headers.at("content-length"), "10000000003");
  const Response response = Get("/stream/large.mp3", "Range: bytes=9999999999-\r\n");
  EXPECT_EQ(response.headers.at("content-range"), "bytes 9999999999-10000000002/10000000003");
  EXPECT_EQ(response.body, std::string(1, '\0') + "end");
}

TEST_F(HttpRecordingTest, AFileThatShrinksEndsTheConnection) {
  const std::string path = output_ + "/large.mp3";
  WriteFile(path, "x");
  fs::resize_file(path, std::uint64_t{64} << 20);
  Start();
  size_t received = 0;
  Beside([&] {
    Client client(Port());
    client.Send("GET /stream/large.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    received = client.Receive(1 << 20).size();
    fs::resize_file(path, 1 << 20);
    received += client.Receive().size();
  });
  EXPECT_LT(received, size_t{64} << 20);
  EXPECT_EQ(Get("/stream/a.mp3").status, 200);
}

TEST_F(HttpRecordingTest, TheListIsNewestFirstInPages) {
  AddSegment("old.mp3", 1795266000);
  AddSegment("new é.mp3", 1795269600, true);
  CommitCatalogue();
  Start();
  const Response all = Get("/api/files");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.body,
            "[{\"name\":\"new é.mp3\",\"source\":\"radio\",\"size\":1000,"
            "\"date\":\"2026-11-21T15:00:00+01:00\",\"start\":1795269600,\"duration\":1.5,"
            "\"ext\":\"mp3\",\"recording\":true,\"reviewed\":false,\"stars\":0},\n"
            "{\"name\":\"old.mp3\",\"source\":\"radio\",\"size\":1000,"
            "\"date\":\"2026-11-21T14:00:00+01:00\",\"start\":1795266000,\"duration\":1.5,"
            "\"ext\":\"mp3\",\"recording\":false,\"reviewed\":false,\"stars\":0}]");
  EXPECT_FALSE(all.headers.contains("link"));

  const Response page = Get("/api/files?limit=1&source=radio");
  EXPECT_NE(page.body.find("new"), std::string::npos);
  const std::string link = page.headers.at("link");
  ASSERT_TRUE(link.ends_with(">; rel=\"next\"")) << link;
  const Response next = Get(link.substr(1, link.find('>') - 1));
  EXPECT_NE(next.body.find("old"), std::string::npos) << next.body;
  EXPECT_EQ(next.body.find("new"), std::string::npos);
  EXPECT_FALSE(next.headers.contains("link"));

  EXPECT_NE(Get("/api/days").body.find("\"day\":\"2026-11-21\",\"count\":2"), std::string::npos);
}

TEST_F(HttpRecordingTest, TheListIsFiltered) {
  AddSegment("old.mp3", 1795266000);
  AddSegment("new.mp3", 1795269600);
  CommitCatalogue();
  Start();
  EXPECT_EQ(Get("/api/files?from=2030-01-01").body, "[]");
  EXPECT_EQ(Get("/api/files?source=other").body, "[]");
  EXPECT_EQ(Get("/api/files?to=2026-11-21T14:30:00%2B01:00").body, Get("/api/files?q=OLD").body);
}

TEST_F(HttpRecordingTest, BadParametersAreNamed) {
  Start();
  for (const char* const query : {"from=yesterday", "to=x", "limit=0", "limit=-1", "limit=many",
                                  "after=x", "form=2026-01-01", "limit=99999999999999999999"}) {
    const Response response = Get(std::string("/api/files?") + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_NE(response.body.find("bad-parameter"), std::string::npos) << response.body;
  }
}

}  // namespace
}  // namespace isr
