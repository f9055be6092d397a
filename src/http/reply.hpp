#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "format/file_bytes.hpp"
#include "http/client_stream.hpp"

namespace isr {

/// What a body is read from. On worker threads, one call after the other.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills `data` with what stands at `offset`. False: it cannot.
  virtual bool Read(std::uint64_t offset, std::span<std::uint8_t> data) = 0;
  /// Sends up to `length` bytes from `offset` on, as far as a non-blocking socket takes them, and
  /// returns how many those are. Nothing: it is to be read from here on. On worker threads.
  virtual std::optional<std::uint64_t> SendTo(int /*socket*/, std::uint64_t /*offset*/,
                                              std::uint64_t /*length*/) {
    return std::nullopt;
  }
};

/// A file as it is sent.
class FileContent final : public BodySource {
 public:
  bool Read(std::uint64_t offset, std::span<std::uint8_t> data) override;
  std::optional<std::uint64_t> SendTo(int socket, std::uint64_t offset,
                                      std::uint64_t length) override;

  Fd fd;
  std::vector<FilePatch> patches;
};

/// The part of something that is a reply's body.
struct PartBody {
  std::shared_ptr<BodySource> source;  // shared: a read under way outlives its client
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What a resource answers. The same for GET and HEAD: the server leaves the body out.
struct Reply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  PartBody file;  ///< instead of `body`, when it has a source
  /// Instead of both: who goes on sending for as long as it likes. Main thread; not called for
  /// HEAD. What the stream does not take, its client is too slow for.
  std::function<void(std::unique_ptr<ClientStream> client)> live;
  /// Instead of all: gives the reply when there is one. Main thread; what it is given may be called
  /// at once, later, or never.
  std::function<void(std::function<void(Reply)> give)> when_there;
  /// Instead of all: what gives the reply. Runs on a thread that may wait for long, to its end also
  /// when the client has left.
  std::function<Reply()> later;
};

/// What every reply has, whatever happens.
std::span<const std::pair<const char*, const char*>> CommonHeaders();

/// Status line and header fields, those of CommonHeaders among them, with the empty line behind.
std::string HeadOf(const Reply& reply);

/// A point in time as header fields have it: "Sat, 21 Nov 2026 13:00:00 GMT".
std::string HttpDate(std::chrono::system_clock::time_point time);

Reply JsonReply(std::string document);

/// {"error": {"code", "message"}}: a word for programs and a sentence for people.
Reply ErrorReply(int status, std::string_view code, std::string_view message);

/// 404.
Reply NoSuchRecording(const std::string& name);

}  // namespace isr
