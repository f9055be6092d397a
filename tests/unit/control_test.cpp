#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/lock_file.hpp"
#include "control/client.hpp"
#include "control/commands.hpp"
#include "control/protocol.hpp"
#include "control/server.hpp"
#include "glib/source_handle.hpp"
#include "tests/main_loop.hpp"
#include "tests/temporary_folder.hpp"

namespace isr {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FakeService final : public ControlService {
 public:
  std::string StatusDocument() override { return document; }
  std::vector<std::string> SourceNames() override { return {"radio", "garden"}; }
  void Pause(const std::vector<std::string>& sources, std::function<void()> done) override {
    paused = sources;
    if (answers_late) {
      late = std::move(done);
    } else {
      done();
    }
  }
  void Resume(const std::vector<std::string>& sources) override { resumed = sources; }
  void Reload(std::function<void(const ReloadResult&)> done) override {
    if (!problems.empty()) throw CommandError("config", "the config has problems", problems);
    done({.added = {"b"}, .removed = {"c"}, .restarted = {"d"}, .after_restart = {"log_file"}});
  }
  void Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) override {
    saved.push_back(request);
    if (request.label == "refused") throw SaveError("unknown-source", "no such source");
    done(request.label == "full" ? SaveAnswer{"[]", SaveError("disk-full", "no room")}
                                 : SaveAnswer{R"([{"path":"/a.wav"}])", {}});
  }
  std::vector<std::string> DesktopSourceNames() override { return {"garden"}; }
  void SetSource(const std::string& name, const std::string& target) override {
    set = name + " " + target;
  }
  void Quit() override { quit = true; }

  std::string document = R"({"version":"1","active":[]})";
  std::string set;
  std::vector<std::string> paused;
  std::vector<std::string> resumed;
  std::vector<std::string> problems;
  bool answers_late = false;
  std::function<void()> late;
  bool quit = false;
  std::vector<SaveRequest> saved;
};

std::string AnswerTo(ControlService& service, const std::string& line) {
  std::string answer;
  ExecuteRequest(service, line, [&answer](std::string text) { answer = std::move(text); });
  return answer;
}

TEST(ControlCommands, StatusIsTheDocument) {
  FakeService service;
  EXPECT_EQ(AnswerTo(service, R"({"command":"status"})"),
            R"({"ok":true,"status":{"version":"1","active":[]}})");
}

TEST(ControlCommands, SourcesAreNamedAloneInAListOrAll) {
  FakeService service;
  EXPECT_EQ(AnswerTo(service, R"({"command":"pause","source":"garden"})"),
            R"({"ok":true,"sources":["garden"]})");
  EXPECT_THAT(service.paused, ElementsAre("garden"));
  AnswerTo(service, R"({"command":"pause","sources":["garden","radio","garden"]})");
  EXPECT_THAT(service.paused, ElementsAre("radio", "garden"));
  EXPECT_EQ(AnswerTo(service, R"({"command":"resume","source":"all"})"),
            R"({"ok":true,"sources":["radio","garden"]})");
  EXPECT_THAT(service.resumed, ElementsAre("radio", "garden"));
}

TEST(ControlCommands, AnUnknownSourceChangesNothingAndIsAnsweredWithTheNearestName) {
  FakeService service;
  const std::string answer =
      AnswerTo(service, R"({"command":"pause","sources":["radio","gardn"]})");
  EXPECT_THAT(answer, HasSubstr(R"("ok":false)"));
  EXPECT_THAT(answer, HasSubstr(R"("code":"unknown-source")"));
  EXPECT_THAT(answer, HasSubstr("did you mean 'garden'?"));
  EXPECT_TRUE(service.paused.empty());
  EXPECT_THAT(AnswerTo(service, R"({"command":"pause","source":"xyzxyz"})"),
              HasSubstr("there are: radio, garden"));
}

TEST(ControlCommands, ReloadTellsWhatItChangedOrAllProblems) {
  FakeService service;
  EXPECT_EQ(AnswerTo(service, R"({"command":"reload"})"),
            R"({"ok":true,"added":["b"],"removed":["c"],"restarted":["d"],)"
            R"("after_restart":["log_file"]})");
  service.problems = {"a.ini:1: bad", "a.ini:2: worse"};
  EXPECT_EQ(AnswerTo(service, R"({"command":"reload"})"),
            R"({"ok":false,"error":{"code":"config","message":"the config has problems",)"
            R"("problems":["a.ini:1: bad","a.ini:2: worse"]}})");
}

TEST(ControlCommands, SetSourceMayLeaveOutTheOnlyOneThatIsFit) {
  FakeService service;
  EXPECT_EQ(AnswerTo(service, R"({"command":"set-source","target":"app:firefox"})"),
            R"({"ok":true,"sources":["garden"]})");
  EXPECT_EQ(service.set, "garden app:firefox");
  EXPECT_THAT(AnswerTo(service, R"({"command":"set-source","source":"radios","target":"system"})"),
              HasSubstr("did you mean 'radio'?"));
  EXPECT_THAT(AnswerTo(service, R"({"command":"set-source","source":"radio"})"),
              HasSubstr("bad-request"));
  EXPECT_THAT(AnswerTo(service, R"({"command":"pause"})"), HasSubstr("which source?"));
}

TEST(ControlCommands, SaveTellsWhatBecameOfIt) {
  FakeService service;
  EXPECT_EQ(AnswerTo(service, R"({"command":"save","source":"radio","seconds":2.5,"post":1,)"
                              R"("label":"owl"})"),
            R"({"ok":true,"saves":[{"path":"/a.wav"}]})");
  ASSERT_EQ(service.saved.size(), 1U);
  EXPECT_THAT(service.saved[0].sources, ElementsAre("radio"));
  EXPECT_EQ(service.saved[0].seconds, 2.5);
  EXPECT_EQ(service.saved[0].post, 1);
  EXPECT_EQ(service.saved[0].label, "owl");
  AnswerTo(service, R"({"command":"save"})");
  EXPECT_TRUE(service.saved[1].sources.empty());
  EXPECT_EQ(service.saved[1].seconds, std::nullopt);
  EXPECT_EQ(AnswerTo(service, R"({"command":"save","label":"refused"})"),
            R"({"ok":false,"error":{"code":"unknown-source","message":"no such source"}})");
  EXPECT_EQ(AnswerTo(service, R"({"command":"save","label":"full"})"),
            R"({"ok":false,"error":{"code":"disk-full","message":"no room"}})");
  for (const std::string line :
       {R"({"command":"save","seconds":"5"})", R"({"command":"save","post":true})",
        R"({"command":"save","label":5})"}) {
    EXPECT_THAT(AnswerTo(service, line), HasSubstr(R"("code":"bad-request")")) << line;
  }
}

TEST(ControlCommands, WhatIsNoRequestIsAnsweredWithASentence) {
  FakeService service;
  for (const std::string line :
       {"", "x", "[]", "{}", "null", "3", R"({"command":5})", R"({"command":"pause"})",
        R"({"command":"pause","source":5})", R"({"command":"pause","sources":"radio"})",
        R"({"command":"pause","sources":["radio",5]})", R"({"command":"explode"})", "\xff\xfe"}) {
    EXPECT_THAT(AnswerTo(service, line), HasSubstr(R"("code":"bad-request")")) << line;
  }
  EXPECT_TRUE(service.paused.empty());
}

TEST(ControlCommands, NestingWithoutEndIsRefusedNotFollowed) {
  FakeService service;
  EXPECT_THAT(AnswerTo(service, "['\"'," + std::string(60000, '[')),
              HasSubstr(R"("code":"bad-request")"));
}

TEST(ControlSocketPlace, IsTheFirstRuntimeDirectoryElseTheStateDirectory) {
  const ControlSocket state = LocateControlSocket("/var/lib/isr", "");
  EXPECT_EQ(state.path, "/var/lib/isr/control.sock");
  EXPECT_EQ(state.mode, 0600U);
  const ControlSocket runtime = LocateControlSocket("/var/lib/isr", "/run/isr:/run/other");
  EXPECT_EQ(runtime.path, "/run/isr/control.sock");
  EXPECT_EQ(runtime.mode, 0660U);
}

TEST(ControlSocketPlace, APathThatIsTooLongIsNamed) {
  const std::string path(108, 'x');
  EXPECT_NO_THROW(SocketAddress(path.substr(1)));
  try {
    SocketAddress(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(path));
    EXPECT_THAT(error.what(), HasSubstr("state_directory"));
  }
}

class ControlServerTest : public testing::Test {
 protected:
  void Start() { server_ = std::make_unique<ControlServer>(socket_, service_, options_); }

  Fd Connect() const {
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{10, 0};
    ::setsockopt(fd.Get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd.Get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const sockaddr_un address = SocketAddress(socket_.path);
    EXPECT_EQ(::connect(fd.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  static bool Send(const Fd& fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd.Get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  /// Up to so many lines; fewer when the connection ends.
  static std::string Receive(const Fd& fd, int lines) {
    std::string text;
    char c = 0;
    while (lines > 0 && ::recv(fd.Get(), &c, 1, 0) == 1) {
      text += c;
      if (c == '\n') --lines;
    }
    return text;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.Path();
  ControlSocket socket_{folder_ + "/control.sock", 0600};
  FakeService service_;
  ControlServerOptions options_;
  std::unique_ptr<ControlServer> server_;
};

const std::string kStatus = "{\"command\":\"status\"}\n";

TEST_F(ControlServerTest, AnswersTheClient) {
  Start();
  Beside([&] {
    ControlClient client(socket_.path);
    EXPECT_EQ(client.Ask({.command = "status"})["status"]["version"].String(), "1");
    EXPECT_THAT(client.Ask({.command = "pause", .sources = {"radio"}})["sources"].Strings(),
                ElementsAre("radio"));
    try {
      client.Ask({.command = "resume", .sources = {"radi"}});
      ADD_FAILURE();
    } catch (const CommandError& error) {
      EXPECT_EQ(error.Code(), "unknown-source");
      EXPECT_THAT(error.what(), HasSubstr("did you mean 'radio'?"));
    }
  });
}

TEST_F(ControlServerTest, LinesThatComeTogetherAreAnsweredInOrder) {
  Start();
  Beside([&] {
    const Fd fd = Connect();
    Send(fd, kStatus + "nonsense\n" + "{\"command\":\"resume\",\"source\":\"all\"}\n");
    const std::string answers = Receive(fd, 3);
    const size_t second = answers.find('\n') + 1;
    const size_t third = answers.find('\n', second) + 1;
    EXPECT_THAT(answers.substr(0, second), HasSubstr("status"));
    EXPECT_THAT(answers.substr(second, third - second), HasSubstr("bad-request"));
    EXPECT_THAT(answers.substr(third), HasSubstr("garden"));
  });
}

TEST_F(ControlServerTest, AClientThatOnlyWritesAndShutsDownIsStillAnswered) {
  Start();
  Beside([&] {
    const Fd fd = Connect();
    Send(fd, kStatus);
    ::shutdown(fd.Get(), SHUT_WR);
    EXPECT_THAT(Receive(fd, 2), HasSubstr("\"ok\":true"));
  });
}

TEST_F(ControlServerTest, ALineThatIsTooLongIsRefusedAndTheConnectionEnded) {
  options_.connection.line = 1000;
  Start();
  Beside([&] {
    for (const std::string end : {"", "\n"}) {
      const Fd fd = Connect();
      Send(fd, std::string(1001, 'x') + end);
      const std::string answers = Receive(fd, 2);
      EXPECT_THAT(answers, HasSubstr("too-long"));
    }
  });
}

TEST_F(ControlServerTest, AClientThatDoesNotFinishItsLineIsDropped) {
  options_.connection.patience = milliseconds(50);
  Start();
  Beside([&] {
    const Fd fd = Connect();
    Send(fd, "{\"command\":");
    EXPECT_EQ(Receive(fd, 1), "");
  });
}

TEST_F(ControlServerTest, AClientThatDoesNotReadIsDroppedAndHoldsUpNobody) {
  options_.connection.patience = milliseconds(200);
  service_.document = "{\"text\":\"" + std::string(4'000'000, 'x') + "\"}";
  Start();
  Beside([&] {
    const Fd deaf = Connect();
    Send(deaf, kStatus);
    const Fd other = Connect();
    Send(other, "{\"command\":\"resume\",\"source\":\"radio\"}\n");
    EXPECT_THAT(Receive(other, 1), HasSubstr("\"ok\":true"));
    // Nothing more was asked: the end is that of the server's patience, so the deaf one's is over.
    EXPECT_EQ(Receive(other, 1), "");
    EXPECT_THAT(Receive(deaf, 1), Not(testing::EndsWith("\n")));
  });
}

TEST_F(ControlServerTest, ClientsAboveTheLimitWaitForTheirTurn) {
  options_.max_clients = 2;
  Start();
  Beside([&] {
    std::vector<Fd> fds;
    for (int i = 0; i < 4; ++i) fds.push_back(Connect());
    for (const Fd& fd : fds) Send(fd, kStatus);
    for (Fd& fd : fds) {
      EXPECT_THAT(Receive(fd, 1), HasSubstr("\"ok\":true"));
      fd.Reset();
    }
  });
}

TEST_F(ControlServerTest, AnAnswerMayComeLaterAndItsClientMayBeGoneByThen) {
  service_.answers_late = true;
  Start();
  Fd fd;
  Beside([&] {
    fd = Connect();
    Send(fd, "{\"command\":\"pause\",\"source\":\"radio\"}\n");
  });
  ASSERT_TRUE(RunUntil([&] { return service_.late != nullptr; }));
  const std::function<void()> first = std::exchange(service_.late, nullptr);
  first();
  Beside([&] { EXPECT_THAT(Receive(fd, 1), HasSubstr("radio")); });

  Send(fd, "{\"command\":\"pause\",\"source\":\"radio\"}\n");
  ASSERT_TRUE(RunUntil([&] { return service_.late != nullptr; }));
  fd.Reset();
  service_.late();
  // The server is well.
  Beside([&] {
    ControlClient client(socket_.path);
    client.Ask({.command = "status"});
  });
}

TEST_F(ControlServerTest, OnlyTheUserMayConnect) {
  Start();
  struct stat info {};
  ASSERT_EQ(::stat(socket_.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(socket_.path));
  socket_.mode = 0660;
  Start();
  ASSERT_EQ(::stat(socket_.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
}

TEST_F(ControlServerTest, TheSocketOfADeadDaemonIsReplaced) {
  EXPECT_FALSE(IsControlSocketAlive(socket_.path));
  {
    const Fd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un address = SocketAddress(socket_.path);
    ASSERT_EQ(::bind(dead.Get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ASSERT_TRUE(std::filesystem::exists(socket_.path));
  EXPECT_FALSE(IsControlSocketAlive(socket_.path));
  EXPECT_THROW(ControlClient client(socket_.path), Error);
  Start();
  EXPECT_TRUE(IsControlSocketAlive(socket_.path));
}

TEST_F(ControlServerTest, TheClientSaysWhenNothingRuns) {
  try {
    ControlClient client(socket_.path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("isr is not running"));
    EXPECT_THAT(error.what(), HasSubstr(socket_.path));
  }
}

TEST_F(ControlServerTest, TheClientDoesNotWaitForEver) {
  service_.answers_late = true;
  Start();
  Beside([&] {
    ControlClient client(socket_.path, milliseconds(50));
    EXPECT_THROW(client.Ask({.command = "pause", .sources = {"radio"}}), Error);
  });
}

TEST_F(ControlServerTest, TheClientSeesTheEndOfTheDaemon) {
  service_.answers_late = true;
  Start();
  std::thread thread([&] {
    ControlClient client(socket_.path);
    EXPECT_THROW(client.Ask({.command = "pause", .sources = {"radio"}}), Error);
    client.WaitForEnd(std::chrono::seconds(10));
  });
  EXPECT_TRUE(RunUntil([&] { return service_.late != nullptr; }));
  server_.reset();
  thread.join();
}

TEST(LockFileTest, OneAtATimeHoldsItAndIsNamed) {
  const TemporaryFolder temporary;
  const std::string& folder = temporary.Path();
  {
    const LockFile first(folder + "/lock");
    EXPECT_EQ(first.State(), LockFile::Outcome::kHeld);
    const LockFile second(folder + "/lock");
    EXPECT_EQ(second.State(), LockFile::Outcome::kTaken);
    EXPECT_EQ(second.Holder(), ::getpid());
  }
  EXPECT_EQ(LockFile(folder + "/lock").State(), LockFile::Outcome::kHeld);
  EXPECT_THROW(LockFile(folder + "/none/lock"), Error);
}

}  // namespace
}  // namespace isr
