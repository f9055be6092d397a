#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http_fixture.hpp"

namespace isr {
namespace {

class HttpServerTest : public HttpFixture {};

void ExpectError(const Response& response, int status, const std::string& code) {
  EXPECT_EQ(response.status, status);
  EXPECT_EQ(response.headers.at("content-type"), "application/json");
  EXPECT_NE(response.body.find("\"code\":\"" + code + "\""), std::string::npos) << response.body;
}

TEST_F(HttpServerTest, StatusTellsWhatTheSourcesDo) {
  SourceStatus source;
  source.name = "radio";
  source.state = SourceState::kRecording;
  source.file = "a.mp3";
  source.rate = 44100;
  status_.sources = {source};
  Start();
  const Response response = Get("/api/status");
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("\"version\":"), std::string::npos);
  EXPECT_NE(response.body.find("\"state\":\"recording\""), std::string::npos) << response.body;
  EXPECT_EQ(response.headers.at("content-length"), std::to_string(response.body.size()));
}

TEST_F(HttpServerTest, EveryReplyClosesAndIsGuarded) {
  Start();
  for (const char* const path :
       {"/", "/api/status", "/api/files", "/nothing", "/stream/x.mp3", "/%zz"}) {
    const Response response = Get(path);
    ASSERT_NE(response.status, 0) << path;
    EXPECT_EQ(response.headers.at("connection"), "close") << path;
    EXPECT_EQ(response.headers.at("x-content-type-options"), "nosniff") << path;
    EXPECT_NE(response.headers.at("content-security-policy").find("default-src 'none'"),
              std::string::npos);
  }
}

TEST_F(HttpServerTest, HeadIsGetWithoutTheBody) {
  Start();
  for (const char* const path : {"/", "/api/days", "/nothing"}) {
    const Response get = Get(path);
    const Response head = Ask("HEAD", path);
    EXPECT_EQ(head.status, get.status) << path;
    EXPECT_EQ(head.headers.at("content-length"), std::to_string(get.body.size())) << path;
    EXPECT_EQ(head.body, "") << path;
  }
}

TEST_F(HttpServerTest, UnknownPlacesAndMethodsAreErrorsThatSaySo) {
  Start();
  ExpectError(Get("/api/nothing"), 404, "not-found");
  EXPECT_EQ(Get("/%4").status, 400);
  EXPECT_EQ(Get("/api/files?q=%").status, 400);
  for (const char* const method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const Response response = Ask(method, "/api/files", "Content-Length: 0\r\n");
    ExpectError(response, 405, "method");
    EXPECT_EQ(response.headers.at("allow"), "GET, HEAD");
  }
}

TEST_F(HttpServerTest, AForeignHostNameIsRefused) {
  Start();
  ExpectError(Talk("GET /api/status HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 403, "foreign-host");
  ExpectError(Talk("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"), 403,
              "foreign-host");
  EXPECT_EQ(Talk("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n").status, 200);
}

TEST_F(HttpServerTest, ServesThePageAndWhatBelongsToIt) {
  WriteFile(web_ + "/parts/app.js", "export const a = 1;");
  WriteFile(web_ + "/.secret.js", "x");
  WriteFile(web_ + "/data.exe", "x");
  WriteFile(root_ + "/outside.js", "x");
  Start();
  const Response page = Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.body, "<!doctype html><title>page</title>");
  EXPECT_EQ(Get("/parts/app.js").headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(Get("/", "If-None-Match: " + page.headers.at("etag") + "\r\n").status, 304);
  for (const char* const path :
       {"/.secret.js", "/data.exe", "/parts", "/parts/", "/../outside.js", "/%2e%2e/outside.js",
        "/parts/..%2f..%2foutside.js", "//index.html", "/index.html%00.js", "/x.html"}) {
    const int status = Get(path).status;
    EXPECT_TRUE(status == 404 || status == 400) << path << ": " << status;
  }
}

TEST_F(HttpServerTest, ATakenPortSaysWhatToDo) {
  Start();
  options_.port = Port();
  try {
    HttpServer second(options_, HttpServices{*catalogue_, status_, roots_, events_, web_});
    FAIL() << "listens twice";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("choose another port"), std::string::npos)
        << error.what();
  }
}

TEST_F(HttpServerTest, AddressesAreCheckedAndIpv6Works) {
  options_.addresses = {"localhost"};
  EXPECT_THROW(Start(), Error);
  options_.addresses = {"192.0.2.77"};
  EXPECT_THROW(Start(), Error);
  options_.addresses = {"[::1]"};
  const Fd probe(::socket(AF_INET6, SOCK_STREAM, 0));
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  if (::bind(probe.Get(), reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) != 0) {
    GTEST_SKIP() << "no IPv6 on this machine";
  }
  Start();
  EXPECT_GT(Port(), 0);
}

TEST_F(HttpServerTest, GoesDownWithClientsInEveryState) {
  WriteFile(output_ + "/a.mp3", std::string(8 << 20, 'x'));
  Start();
  std::vector<std::unique_ptr<Client>> clients;
  Beside([&] {
    for (const char* const bytes :
         {"", "GET /", "GET /stream/a.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /api/files HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
      clients.push_back(std::make_unique<Client>(Port()));
      clients.back()->Send(bytes);
    }
    clients[2]->Receive(100000);
  });
  server_.reset();
  Beside([&] {
    for (const auto& client : clients) client->Receive();
  });
}

}  // namespace
}  // namespace isr
