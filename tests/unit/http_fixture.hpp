#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "http/server.hpp"
#include "tests/main_loop.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {

struct Response {
  int status = 0;                              ///< 0: the connection ended without a reply
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

inline Response ParseResponse(const std::string& text) {
  Response response;
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || end == std::string::npos) return response;
  response.status = std::stoi(text.substr(9, 3));
  for (size_t at = text.find("\r\n") + 2; at < end;) {
    const size_t line_end = text.find("\r\n", at);
    const size_t colon = text.find(':', at);
    response.headers[LowerCase(text.substr(at, colon - at))] =
        std::string(Trim(text.substr(colon + 1, line_end - colon - 1)));
    at = line_end + 2;
  }
  response.body = text.substr(end + 4);
  return response;
}

/// A blocking client socket; only for threads beside the main loop.
class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(fd_.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.Get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool IsConnected() const { return connected_; }
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  /// Ends the connection as a machine that forgot it does.
  void Reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_.Get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.Reset();
  }
  /// Nothing more comes.
  void ShutDown() { ::shutdown(fd_.Get(), SHUT_WR); }
  /// At most `limit` bytes; fewer when the connection ends.
  std::string Receive(size_t limit = SIZE_MAX) {
    std::string text;
    char buffer[65536];
    while (text.size() < limit) {
      const ssize_t count =
          ::recv(fd_.Get(), buffer, std::min(sizeof buffer, limit - text.size()), 0);
      if (count <= 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    return text;
  }

 private:
  Fd fd_;
  bool connected_ = false;
};

class FakeStatus final : public StatusProvider {
 public:
  std::vector<SourceStatus> Status() override { return sources; }
  std::vector<SourceStatus> sources;
};

/// A server on a loopback port, with folders of its own, whose main loop runs while clients on
/// other threads talk to it.
class HttpFixture : public testing::Test {
 protected:
  HttpFixture() {
    std::filesystem::create_directories(output_);
    std::filesystem::create_directories(web_);
    WriteFile(web_ + "/index.html", "<!doctype html><title>page</title>");
    options_.port = 0;
    catalogue_ = std::make_unique<Catalogue>(root_ + "/state", roots_);
  }
  ~HttpFixture() override {
    server_.reset();
    while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
    }
    catalogue_.reset();
  }

  void Start(std::span<const Route> routes = Routes()) {
    server_ = std::make_unique<HttpServer>(
        options_, HttpServices{*catalogue_, status_, roots_, events_, web_}, routes);
  }
  int Port() const { return server_->Port(); }

  static void WriteFile(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  /// A row, as though recorded; the file is up to the test.
  void AddSegment(const std::string& name, std::int64_t start, bool growing = false) {
    Segment segment;
    segment.name = name;
    segment.source = "radio";
    segment.format = name.substr(name.rfind('.') + 1);
    segment.start = UtcTime(std::chrono::seconds(start));
    segment.utc_offset = std::chrono::hours(1);
    segment.rate = 48000;
    segment.frames = 48000 * 3 / 2;
    segment.bytes = 1000;
    if (growing) {
      catalogue_->SegmentBegan(segment);
    } else {
      catalogue_->SegmentEnded(segment);
    }
  }
  /// What was added is in the database from here on.
  void CommitCatalogue() {
    catalogue_.reset();
    catalogue_ = std::make_unique<Catalogue>(root_ + "/state", roots_);
  }

  Response Talk(const std::string& bytes) {
    std::string text;
    Beside([&] {
      Client client(Port());
      client.Send(bytes);
      text = client.Receive();
    });
    return ParseResponse(text);
  }
  Response Ask(const std::string& method, const std::string& path, const std::string& headers = "",
               const std::string& body = "") {
    return Talk(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body);
  }
  Response Get(const std::string& path, const std::string& headers = "") {
    return Ask("GET", path, headers);
  }

  /// Without those of the database: SQLite keeps a few of closed connections for the next.
  static size_t CountDescriptors() {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(entry, gone);
      if (!gone && target.filename() != "catalogue.db") ++count;
    }
    return count;
  }

  const TemporaryFolder folder_;
  const std::string root_ = folder_.Path();
  const std::string output_ = root_ + "/recordings";
  const std::string web_ = root_ + "/web";
  Roots roots_{output_};
  HttpServerOptions options_;
  FakeStatus status_;
  EventHub events_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace isr
