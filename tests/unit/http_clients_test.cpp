// The server and clients that do not behave as they should.

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "http_fixture.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace isr {
namespace {

using std::chrono::milliseconds;

const std::string kStatus = "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HttpClientsTest : public HttpFixture {
 protected:
  /// As many descriptors as before, or fewer: what was closed is closed in the main loop.
  void ExpectNoDescriptorLeft(size_t before) {
    EXPECT_TRUE(RunUntil([&] { return CountDescriptors() <= before; }))
        << CountDescriptors() << " descriptors, " << before << " before";
  }
};

void ExpectError(const Response& response, int status, const std::string& code) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.headers.count("content-type"), 1U);
  EXPECT_NE(response.body.find("\"code\":\"" + code + "\""), std::string::npos) << response.body;
}

TEST_F(HttpClientsTest, KeepAliveLeavesNoDescriptor) {
  Start();
  Get("/api/status");
  const size_t before = CountDescriptors();
  Beside([&] {
    for (int i = 0; i < 3000; ++i) {
      Client client(Port());
      client.Send("GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
      if (i % 2 == 0) client.Receive();
    }
  });
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, WhoDoesNotFinishTheRequestIsCutOff) {
  options_.request_deadline = milliseconds(200);
  Start();
  Get("/");
  const size_t before = CountDescriptors();
  for (const char* const bytes : {"", "GET / HTTP/1.1\r\nHost: local",
                                  "POST / HTTP/1.1\r\nHost: localhost\r\n"
                                  "Content-Length: 10\r\n\r\nabc",
                                  "POST / HTTP/1.1\r\nHost: localhost\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_EQ(Talk(bytes).status, 0) << bytes;
  }
  EXPECT_EQ(Get("/").status, 200);
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, AByteNowAndThenIsNotEnough) {
  options_.request_deadline = milliseconds(100);
  Start();
  bool was_cut_off = false;
  Beside([&] {
    Client client(Port());
    for (int i = 0; i < 5000 && !was_cut_off; ++i) {
      was_cut_off = !client.Send("G");
      std::this_thread::sleep_for(milliseconds(2));  // slowness is what this client is for
    }
  });
  EXPECT_TRUE(was_cut_off);
}

TEST_F(HttpClientsTest, AtTheLimitNewConnectionsWaitForOthersToEnd) {
  options_.max_connections = 3;
  Start();
  bool fourth_waits = false;
  std::string reply;
  Beside([&] {
    std::vector<std::unique_ptr<Client>> idle;
    for (int i = 0; i < 3; ++i) {
      idle.push_back(std::make_unique<Client>(Port()));
      idle.back()->Send("GET");
    }
    Client fourth(Port());
    fourth.Send(kStatus);
    // One of the first three gets its answer although the fourth is in the queue.
    idle[0]->Send(" /api/days HTTP/1.1\r\nHost: localhost\r\n\r\n");
    fourth_waits = ParseResponse(idle[0]->Receive()).status == 200;
    reply = fourth.Receive();
  });
  EXPECT_TRUE(fourth_waits);
  EXPECT_EQ(ParseResponse(reply).status, 200);
}

TEST_F(HttpClientsTest, IdleClientsLeaveRoomForOthers) {
  options_.max_connections = 10;
  options_.request_deadline = milliseconds(4000);  // 400 ms in a crowd
  Start();
  std::string reply;
  const auto begin = std::chrono::steady_clock::now();
  Beside([&] {
    std::vector<std::unique_ptr<Client>> idle;
    for (int i = 0; i < 30; ++i) idle.push_back(std::make_unique<Client>(Port()));
    Client late(Port());
    late.Send(kStatus);
    reply = late.Receive();
  });
  EXPECT_EQ(ParseResponse(reply).status, 200);
  // Not behind three rounds of the whole deadline.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(9));
}

TEST_F(HttpClientsTest, GoesOnAfterDescriptorsHaveRunOut) {
  Start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {  // connected by the kernel; the main loop does not run yet
    clients.push_back(std::make_unique<Client>(Port()));
    clients.back()->Send(kStatus);
  }
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next = ::dup(0);
  ::close(next);
  const rlimit none{static_cast<rlim_t>(next), limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  int turns = 0;
  const auto end = SourceHandle::After(milliseconds(300), [&turns] { turns += 1000000; });
  while (turns < 1000000) {
    g_main_context_iteration(nullptr, TRUE);
    ++turns;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_LT(turns - 1000000, 100) << "the main loop has turned without end";
  Beside([&] {
    for (const auto& client : clients) {
      EXPECT_EQ(ParseResponse(client->Receive()).status, 200);
    }
  });
}

TEST_F(HttpClientsTest, WhoIsGoneBeforeBeingTakenIsNoOne) {
  Start();
  Get("/api/status");
  const size_t before = CountDescriptors();
  for (int i = 0; i < 20; ++i) {  // connected by the kernel; the main loop does not run
    Client client(Port());
    if (i % 2 == 0) client.Send(kStatus);
    client.Reset();
  }
  EXPECT_EQ(Get("/api/status").status, 200);
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, HeadersAboveTheLimitAreRefused) {
  options_.max_header = 2000;
  Start();
  const std::string long_value(2000, 'x');
  ExpectError(Get("/api/status", "X: " + long_value + "\r\n"), 431, "too-large");
  ExpectError(Get("/api/status?" + long_value), 431, "too-large");
  EXPECT_EQ(Get("/api/status", "X: " + long_value.substr(0, 1800) + "\r\n").status, 200);
  // Far above, no reply may come, but nothing stays behind either.
  const size_t before = CountDescriptors();
  Talk("GET /" + std::string(200000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, ABodyAboveTheLimitIsRefused) {
  options_.max_body = 1000;
  Start();
  const std::string head = "POST /api/files HTTP/1.1\r\nHost: localhost\r\n";
  ExpectError(Talk(head + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')), 405, "method");
  // Before it comes, where its length is told; else once it is too long.
  ExpectError(Talk(head + "Content-Length: 1001\r\n\r\n"), 413, "too-large");
  ExpectError(Talk(head + "Content-Length: 99999999999999999999999\r\n\r\n"), 413, "too-large");
  ExpectError(Talk(head + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n"), 413,
              "too-large");
  ExpectError(Talk(head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x')),
              413, "too-large");
  ExpectError(Talk(head + "Content-Length: -5\r\n\r\n"), 400, "bad-request");
}

TEST_F(HttpClientsTest, WhoGoesOnSendingCanStillReadWhyNot) {
  options_.max_body = 1000;
  Start();
  const size_t before = CountDescriptors();
  bool all_was_taken = true;
  std::string reply;
  Beside([&] {
    Client client(Port());
    client.Send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
    client.Send(std::string(500000, 'x'));
    reply = client.Receive();
    for (int i = 0; i < 1000 && all_was_taken; ++i) {
      all_was_taken = client.Send(std::string(1000000, 'x'));
    }
  });
  ExpectError(ParseResponse(reply), 413, "too-large");
  EXPECT_FALSE(all_was_taken);
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, WhoSendsMoreThanAFileNeedsGetsAllOfIt) {
  const std::string content(700000, 'x');
  WriteFile(output_ + "/a.mp3", content);
  Start();
  const size_t before = CountDescriptors();
  for (int i = 0; i < 50; ++i) {
    const Response response =
        Talk("GET /stream/a.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n" + std::string(100000, 'x'));
    EXPECT_EQ(response.body.size(), content.size());
  }
  ExpectNoDescriptorLeft(before);
}

TEST_F(HttpClientsTest, WhatIsNoHttpGetsAnErrorLikeAllOthers) {
  Start();
#ifdef __SANITIZE_ADDRESS__
  // bookworm's libsoup forgets the path of a request whose transfer coding it does not know.
  const __lsan::ScopedDisabler theirs;
#endif
  for (const char* const bytes :
       {"GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET http://[::/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
    const Response response = Talk(bytes);
    EXPECT_TRUE(response.status >= 400 && response.status < 506) << bytes << response.status;
    EXPECT_NE(response.body.find("{\"error\":{\"code\""), std::string::npos) << bytes;
    EXPECT_EQ(response.headers.count("content-security-policy"), 1U) << bytes;
  }
}

TEST_F(HttpClientsTest, WhoDoesNotReadAFileIsCutOff) {
  options_.stall = milliseconds(100);
  const std::string path = output_ + "/large.mp3";
  WriteFile(path, "x");
  std::filesystem::resize_file(path, std::uint64_t{64} << 20);
  Start();
  const size_t before = CountDescriptors();
  std::vector<std::unique_ptr<Client>> clients;
  Beside([&] {
    for (int i = 0; i < 10; ++i) {
      clients.push_back(std::make_unique<Client>(Port()));
      clients.back()->Send("GET /stream/large.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      EXPECT_EQ(clients.back()->Receive(1), "H") << "no answer has begun";
    }
  });
  ExpectNoDescriptorLeft(before + clients.size());
  size_t received = 0;
  Beside([&] { received = clients[0]->Receive().size(); });
  EXPECT_LT(received, size_t{64} << 20);
}

TEST_F(HttpClientsTest, WhoReadsSlowlyGetsAll) {
  options_.stall = milliseconds(1000);
  const std::string path = output_ + "/large.mp3";
  WriteFile(path, "x");
  std::filesystem::resize_file(path, std::uint64_t{24} << 20);
  Start();
  size_t received = 0;
  Beside([&] {
    Client client(Port());
    client.Send("GET /stream/large.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (size_t count = 1; count > 0; received += count) {
      count = client.Receive(1 << 20).size();
      std::this_thread::sleep_for(milliseconds(60));  // slowness is what this client is for
    }
  });
  EXPECT_GT(received, size_t{24} << 20);
}

TEST_F(HttpClientsTest, WhoSaysThatNothingMoreComesIsAnswered) {
  Start();
  std::string reply;
  Beside([&] {
    Client client(Port());
    client.Send(kStatus);
    client.ShutDown();
    reply = client.Receive();
  });
  EXPECT_EQ(ParseResponse(reply).status, 200);
}

/// What a resource that sends for as long as it likes keeps of its clients.
std::vector<std::unique_ptr<ClientStream>> live_clients;

Reply AnswerLive(const Request& /*request*/, const HttpServices& /*services*/) {
  Reply reply;
  reply.headers = {{"Content-Type", "text/event-stream"}};
  reply.live = [](std::unique_ptr<ClientStream> client) {
    auto* const key = client.get();
    client->OnGone([key] {
      std::erase_if(live_clients, [key](const auto& one) { return one.get() == key; });
    });
    live_clients.push_back(std::move(client));
  };
  return reply;
}

Reply AnswerEcho(const Request& request, const HttpServices& /*services*/) {
  return JsonReply(request.body);
}

constexpr Route kEchoRoutes[] = {{"/echo", RunsOn::kWorkerThread, AnswerEcho, "PUT"},
                                 {"/", RunsOn::kWorkerThread, AnswerWeb}};

TEST_F(HttpClientsTest, ABodyArrivesAsItWasSent) {
  options_.max_body = 1000;
  Start(kEchoRoutes);
  const std::string body = std::string(999, 'x') + '\0';
  EXPECT_EQ(Ask("PUT", "/echo", "Content-Length: 1000\r\n", body).body, body);
  EXPECT_EQ(
      Ask("PUT", "/echo", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").body,
      "abc");
  EXPECT_EQ(Ask("PUT", "/echo", "Content-Length: 0\r\n").body, "");
}

constexpr Route kLiveRoutes[] = {{"/live", RunsOn::kMainThread, AnswerLive},
                                 {"/", RunsOn::kWorkerThread, AnswerWeb}};

const std::string kLive = "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";

class LiveClientsTest : public HttpClientsTest {
 protected:
  ~LiveClientsTest() override { live_clients.clear(); }

  std::vector<std::unique_ptr<Client>> Listen(size_t count) {
    std::vector<std::unique_ptr<Client>> clients;
    for (size_t i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<Client>(Port()));
      clients.back()->Send(kLive);
    }
    EXPECT_TRUE(RunUntil([&] { return live_clients.size() == count; }));
    return clients;
  }
};

TEST_F(LiveClientsTest, GetWhatIsSentWhenItIsSent) {
  Start(kLiveRoutes);
  const auto clients = Listen(2);
  for (const auto& one : live_clients) EXPECT_TRUE(one->Send("first\n"));
  std::string text;
  Beside([&] {
    while (!text.ends_with("first\n")) text += clients[1]->Receive(1);
  });
  EXPECT_EQ(ParseResponse(text).status, 200);
  EXPECT_FALSE(ParseResponse(text).headers.contains("content-length"));
  for (const auto& one : live_clients) {
    EXPECT_TRUE(one->Send("last\n"));
    one->Finish();
  }
  Beside([&] { text = clients[1]->Receive(); });
  EXPECT_EQ(text, "last\n");
  EXPECT_TRUE(RunUntil([] { return live_clients.empty(); }));
}

TEST_F(LiveClientsTest, LeaveAtOnceAndNothingStays) {
  Start(kLiveRoutes);
  const size_t before = CountDescriptors();
  for (int i = 0; i < 20; ++i) {
    auto clients = Listen(5);
    const auto begin = std::chrono::steady_clock::now();
    clients.clear();
    EXPECT_TRUE(RunUntil([] { return live_clients.empty(); }));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  }
  ExpectNoDescriptorLeft(before);
}

TEST_F(LiveClientsTest, WhoDoesNotReadIsGone) {
  Start(kLiveRoutes);
  const size_t before = CountDescriptors();
  const auto clients = Listen(2);
  const std::string piece(4096, 'x');
  bool is_full = false;
  // 1.6 MB in a second: more than the system keeps for a client that does not read.
  const auto sender = SourceHandle::Every(milliseconds(10), [&] {
    for (const auto& one : live_clients) {
      for (int i = 0; i < 4; ++i) is_full = !one->Send(piece) || is_full;
      EXPECT_LE(one->Waiting(), 256U * 1024);
    }
  });
  std::atomic<bool> done = false;
  std::atomic<size_t> received = 0;
  std::thread reader([&] {
    while (!done) received += clients[0]->Receive(10000).size();
  });
  EXPECT_TRUE(RunUntil([] { return live_clients.size() == 1; }));
  EXPECT_TRUE(is_full) << "its queue was not bounded";
  const size_t until_then = received;
  EXPECT_TRUE(RunUntil([&] { return received > until_then + 1000000; })) << "the other one suffers";
  done = true;
  live_clients.clear();
  reader.join();
  ExpectNoDescriptorLeft(before + 2);
}

TEST_F(LiveClientsTest, LeaveRoomForRequests) {
  options_.max_connections = 8;
  Start(kLiveRoutes);
  const auto clients = Listen(4);
  ExpectError(Talk(kLive), 503, "busy");
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_EQ(Ask("HEAD", "/live").status, 200);
}

TEST_F(LiveClientsTest, OutliveTheServer) {
  Start(kLiveRoutes);
  const auto clients = Listen(3);
  server_.reset();
  for (const auto& one : live_clients) {
    EXPECT_TRUE(one->Send("x"));
    one->Finish();
  }
  EXPECT_TRUE(RunUntil([] { return live_clients.empty(); }));
  std::string text;
  Beside([&] { text = clients[0]->Receive(); });
  EXPECT_EQ(ParseResponse(text).body, "x");
}

}  // namespace
}  // namespace isr
