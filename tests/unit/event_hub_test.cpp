#include "http/event_hub.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http_fixture.hpp"
#include "tests/fake_clock.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

/// The `id:` of the last event in `text` that has one.
std::string LastId(const std::string& text) {
  const size_t at = text.rfind("id: ") + 4;
  return text.substr(at, text.find('\n', at) - at);
}

SourceStatus Source(const std::string& name, SourceState state = SourceState::kRecording) {
  return {.name = name, .type = "test", .state = state};
}

SoundLevel Level(const std::string& source, double power, double peak) {
  return {.source = source,
          .file = "a.wav",
          .position = 1.5,
          .time = UtcTime(std::chrono::seconds(1000)),
          .windows = 1,
          .power = power,
          .peak = peak,
          .floor = -60};
}

/// A hub with time of its own behind a real server, and clients that read from it.
class EventHubTest : public HttpFixture {
 protected:
  EventHubTest() { Begin({}); }

  void Begin(const EventHub::Options& options) {
    server_.reset();
    hub_ = std::make_unique<EventHub>(options, clock_);
    hub_->OnWatched([this](bool is_watched) { watched_.push_back(is_watched); });
    server_ = std::make_unique<HttpServer>(options_,
                                           HttpServices{*catalogue_, status_, roots_, *hub_, web_});
  }
  ~EventHubTest() override { server_.reset(); }

  std::unique_ptr<Client> Listen(const std::string& query = "", const std::string& last_id = "") {
    const size_t before = hub_->Clients();
    auto client = std::make_unique<Client>(Port());
    client->Send("GET /api/events" + query + " HTTP/1.1\r\nHost: localhost\r\n" +
                 (last_id.empty() ? "" : "Last-Event-ID: " + last_id + "\r\n") + "\r\n");
    EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == before + 1; }));
    return client;
  }
  /// What it gets, up to the event in which that comes.
  std::string ReadUntil(Client& client, const std::string& end) {
    std::string text;
    Beside([&] {
      while (text.find(end) == std::string::npos || !text.ends_with("\n\n")) {
        const std::string more = client.Receive(1);
        if (more.empty()) return;
        text += more;
      }
    });
    EXPECT_NE(text.find(end), std::string::npos) << text;
    return text;
  }

  /// The same of a client that stays until the test ends.
  std::string Hear(const std::string& query, const std::string& last_id, const std::string& end) {
    clients_.push_back(Listen(query, last_id));
    return ReadUntil(*clients_.back(), end);
  }

  std::vector<std::unique_ptr<Client>> clients_;
  FakeClock clock_{UtcTime(std::chrono::seconds(1000))};
  std::unique_ptr<EventHub> hub_;
  std::vector<bool> watched_;
};

TEST_F(EventHubTest, GreetsAndTellsWhatHappens) {
  const auto client = Listen();
  hub_->OnSource(Source("garden"));
  hub_->OnSourceRemoved("garden");
  const std::string text = ReadUntil(*client, "source-removed\ndata: {\"name\":\"garden\"}\n");
  const Response response = ParseResponse(text);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "text/event-stream");
  EXPECT_EQ(response.headers.at("cache-control"), "no-store");
  EXPECT_NE(text.find("event: hello\ndata: {\"version\":"), std::string::npos) << text;
  EXPECT_NE(text.find("\"resumed\":false"), std::string::npos) << text;
  EXPECT_NE(text.find("event: source\ndata: {\"name\":\"garden\",\"type\":\"test\""),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("resync"), std::string::npos) << text;
}

TEST_F(EventHubTest, WhatOtherThreadsTellComesInOrder) {
  const auto client = Listen();
  std::thread catalogue([this] {
    for (int i = 0; i < 20; ++i) {
      Segment segment;
      segment.name = std::to_string(i) + ".wav";
      hub_->OnFiles({{FileNews::Change::kClosed, segment}});
    }
    hub_->OnSection({.source = "garden", .score = 20.123});
  });
  catalogue.join();
  const std::string text = ReadUntil(*client, "\"source\":\"garden\"");
  size_t at = 0;
  for (int i = 0; i < 20; ++i) {
    at = text.find("{\"change\":\"closed\",\"file\":{\"name\":\"" + std::to_string(i) + ".wav\"",
                   at);
    EXPECT_NE(at, std::string::npos) << i << text;
  }
}

TEST_F(EventHubTest, WhoComesBackGetsWhatItMissed) {
  auto client = Listen();
  hub_->OnSource(Source("one"));
  const std::string first = ReadUntil(*client, "\"one\"");
  client->Reset();
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 0; }));
  hub_->OnSource(Source("two"));
  hub_->OnSource(Source("three"));
  for (const bool by_header : {true, false}) {
    const std::string id = LastId(first);
    client = by_header ? Listen("?after=nonsense", id) : Listen("?after=" + id);
    const std::string text = ReadUntil(*client, "\"three\"");
    EXPECT_NE(text.find("\"resumed\":true"), std::string::npos) << text;
    EXPECT_EQ(Count(text, "event: source\n"), 2U) << text;
    EXPECT_LT(text.find("\"two\""), text.find("\"three\""));
    EXPECT_EQ(text.find("resync"), std::string::npos) << text;
  }
}

TEST_F(EventHubTest, WhoMissedMoreThanIsKeptReadsAllAnew) {
  Begin({.history = 3});
  auto client = Listen();
  const std::string begin = LastId(ReadUntil(*client, "hello"));
  for (int i = 0; i < 3; ++i) hub_->OnSource(Source("s" + std::to_string(i)));
  EXPECT_EQ(Count(Hear("", begin, "\"s2\""), "event: source\n"), 3U);
  hub_->OnSource(Source("s3"));
  const std::string text = Hear("", begin, "resync");
  EXPECT_NE(text.find("\"resumed\":false"), std::string::npos) << text;
  EXPECT_EQ(text.find("event: source\n"), std::string::npos) << text;
  EXPECT_EQ(Hear("", LastId(text), "hello").find("resync"), std::string::npos);
}

TEST_F(EventHubTest, AnIdOfAnotherRunOrNoneAtAllIsTooOld) {
  const std::string other = LastId(Hear("", "", "hello"));
  Begin({});
  for (const std::string& id : {other, std::string("x"), std::string("-1"), other + "-",
                                LastId(Hear("", "", "hello")) + "7"}) {
    EXPECT_NE(Hear("", id, "resync").find("\"resumed\":false"), std::string::npos) << id;
  }
}

TEST_F(EventHubTest, MoreThanAClientCouldTakeIsReadAnew) {
  auto client = Listen();
  const std::string begin = LastId(ReadUntil(*client, "hello"));
  client->Reset();
  SourceStatus wordy = Source("one");
  wordy.title = std::string(4000, 'x');
  for (int i = 0; i < 100; ++i) hub_->OnSource(wordy);
  Hear("", begin, "resync");
}

TEST_F(EventHubTest, VeryManyFilesAtOnceAreOneWord) {
  const auto client = Listen();
  hub_->OnFiles(std::vector<FileNews>(100000));
  hub_->OnSource(Source("one"));
  const std::string text = ReadUntil(*client, "resync");
  EXPECT_EQ(text.find("event: file"), std::string::npos);
}

TEST_F(EventHubTest, OneSourceAlone) {
  const auto client = Listen("?source=two&levels=10");
  Segment foreign;
  foreign.name = "foreign.wav";
  hub_->OnSource(Source("one"));
  hub_->OnLevel(Level("one", 1, 0));
  hub_->OnFiles({{FileNews::Change::kClosed, foreign}});
  hub_->OnLevel(Level("two", 1, 0));
  hub_->OnFiles({{FileNews::Change::kClosed, Segment{.name = "2.wav", .source = "two"}}});
  const std::string text = ReadUntil(*client, "2.wav");
  EXPECT_EQ(text.find("\"one\""), std::string::npos) << text;
  EXPECT_EQ(text.find("foreign"), std::string::npos) << text;
  EXPECT_EQ(Count(text, "event: level"), 1U) << text;
}

TEST_F(EventHubTest, ALevelSaysHowLoudItWasSinceTheLast) {
  const auto client = Listen("?levels=1");
  hub_->OnLevel(Level("one", 0.01, -17));
  clock_.Advance(500ms);
  hub_->OnLevel(Level("one", 0.02, -3));
  clock_.Advance(100ms);
  hub_->OnLevel(Level("one", 0.04, -9));
  clock_.Advance(400ms);
  hub_->OnLevel(Level("one", 0.03, -12));
  hub_->OnSource(Source("end"));
  const std::string text = ReadUntil(*client, "\"end\"");
  EXPECT_EQ(Count(text, "event: level"), 2U) << text;
  EXPECT_NE(text.find("{\"source\":\"one\",\"time\":1000,\"rms\":-20,\"peak\":-17,"
                      "\"floor\":-60,\"file\":\"a.wav\",\"position\":1.5}"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\"rms\":-15.23"), std::string::npos) << text;  // of the mean power, 0.03
  EXPECT_NE(text.find("\"peak\":-3"), std::string::npos) << text;
}

TEST_F(EventHubTest, NobodyGetsMoreLevelsThanItAskedFor) {
  const auto all = Listen("?levels=10");
  const auto some = Listen("?levels=2");
  const auto none = Listen();
  for (int i = 0; i < 100; ++i) {  // ten seconds, with levels that come in fits and starts
    hub_->OnLevel(Level("one", 0.01, -17));
    clock_.Advance(i % 2 == 0 ? 40ms : 160ms);
  }
  hub_->OnSource(Source("end"));
  const size_t most = Count(ReadUntil(*all, "\"end\""), "event: level");
  EXPECT_GE(most, 98U);
  EXPECT_LE(most, 102U);
  EXPECT_EQ(Count(ReadUntil(*some, "\"end\""), "event: level"), 20U);
  EXPECT_EQ(Count(ReadUntil(*none, "\"end\""), "event: level"), 0U);
}

TEST_F(EventHubTest, SaysWhetherSomebodyWatchesLevels) {
  auto seldom = Listen("?levels=1");
  auto often = Listen("?levels=5");
  EXPECT_TRUE(RunUntil([&] { return !watched_.empty(); }));
  auto another = Listen("?levels=10");
  often.reset();
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 2; }));
  EXPECT_EQ(watched_, std::vector{true});
  another.reset();
  EXPECT_TRUE(RunUntil([&] { return watched_.size() == 2; }));
  EXPECT_EQ(watched_, (std::vector{true, false}));
}

TEST_F(EventHubTest, WhoDoesNotReadGoesWithoutLevelsAndThenAltogether) {
  const auto slow = Listen("?levels=10");
  const auto other = Listen("?levels=10");
  std::atomic<bool> done = false;
  std::string read;
  std::thread reader([&] {
    while (!done) read += other->Receive(1000);
  });
  // More levels than the system and its queue hold: they are left out, and it stays.
  int levels = 0;
  for (; levels < 20000; ++levels) {
    hub_->OnLevel(Level("one", 0.01, -17));
    clock_.Advance(100ms);
    if (levels % 100 == 0) g_main_context_iteration(nullptr, FALSE);
  }
  EXPECT_EQ(hub_->Clients(), 2U);
  SourceStatus wordy = Source("one");
  wordy.title = std::string(4000, 'x');
  const auto facts = SourceHandle::Every(1ms, [&] { hub_->OnSource(wordy); });
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 1; }));
  hub_->OnSource(Source("end"));
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 1; }));
  done = true;
  Beside([&] { reader.join(); });
  EXPECT_GT(Count(read, "event: source\n"), 50U) << "the other one suffers";
}

TEST_F(EventHubTest, SilenceIsBrokenByAComment) {
  Begin({.heartbeat = 100ms});
  const auto client = Listen();
  const auto time = SourceHandle::Every(10ms, [&] { clock_.Advance(10ms); });
  ReadUntil(*client, "\n:\n\n");
}

TEST_F(EventHubTest, WrongWishesAreRefused) {
  for (const std::string query :
       {"?levels=11", "?levels=-1", "?levels=nan", "?levels=", "?source=", "?after=", "?level=1"}) {
    EXPECT_EQ(Get("/api/events" + query).status, 400) << query;
  }
  EXPECT_EQ(Ask("HEAD", "/api/events").status, 200);
  EXPECT_EQ(Ask("POST", "/api/events").status, 405);
  EXPECT_EQ(hub_->Clients(), 0U);
}

TEST_F(EventHubTest, LeavesNoDescriptorWhenEverybodyLeaves) {
  Listen();
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 0; }));
  const size_t before = CountDescriptors();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(Listen("?levels=10"));
  clients.clear();
  EXPECT_TRUE(RunUntil([&] { return hub_->Clients() == 0; }));
  EXPECT_TRUE(RunUntil([&] { return CountDescriptors() <= before; }));
}

}  // namespace
}  // namespace isr
