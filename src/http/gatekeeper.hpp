#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/caller.hpp"
#include "access/login_limit.hpp"
#include "access/sessions.hpp"
#include "base/clock.hpp"
#include "http/background.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace isr {

/// What of a request tells who sends it. Holds secrets: for the gatekeeper alone.
struct Visit {
  Approach approach;
  std::string authorization;
  std::string cookie;
  std::string host;
  std::string target;       ///< path and query as they came
  bool wants_page = false;  ///< a person's browser goes there
  bool is_browser = false;
};

/// Whether a request goes on to its resource.
struct Admission {
  std::optional<Reply> reply;  ///< instead of the resource's
  bool has_session = false;    ///< which POST /logout ends
};

/// Lets in who may come in: this machine, and who has the password of `isr passwd`, shown once on
/// the login page or with each request (RFC 7617). Answers /login and /logout itself. Main thread
/// only; the password's file is read, and passwords are checked, on threads of its own.
class Gatekeeper {
 public:
  struct Rules {
    std::vector<IpNetwork> trusted_proxies;
    bool only_encrypted = false;  ///< but for this machine
    int port = 0;                 ///< cookies know no ports: ours have it in their name
  };
  using Callback = std::function<void(Admission)>;

  /// `web_directory`: login.html, closed.html. `all_out`: who was in has to show the new password.
  Gatekeeper(std::string password_path, std::string web_directory, std::function<void()> all_out,
             const Clock& clock = SystemClock());

  void Follow(Rules rules) { rules_ = std::move(rules); }

  /// Calls back at once or later, unless it is gone by then.
  void Admit(const Request& request, Visit visit, Callback callback);

 private:
  enum class Outcome { kRight, kWrong, kTooSoon, kBusy };
  struct Check {
    Outcome outcome;
    std::chrono::seconds wait{};
  };
  using Checked = std::function<void(const Check&)>;
  struct Case;

  void ReadPassword(std::function<void()> then);
  void Decide(const Case& one);
  void LogIn(const Case& one);
  void LogOut(const Case& one);
  void CheckBasic(const Case& one, const std::string& password);
  void CheckPassword(const std::string& password, const IpAddress& address, Checked checked);
  void Conclude(const std::string& digest, const std::string& hash, const IpAddress& address,
                bool matches);
  void AskForLogin(const Case& one);
  void SendPage(const Case& one, const std::string& name, int status, const std::string& message,
                std::optional<std::chrono::seconds> wait = std::nullopt);
  std::string CookieName(bool is_encrypted) const;
  std::string TokenOf(const Case& one) const;
  std::string SetCookie(const Case& one, const std::string& token,
                        std::chrono::seconds lifetime) const;

  const std::string password_path_;
  const std::string web_directory_;
  const std::function<void()> all_out_;
  const Clock& clock_;
  Rules rules_;
  std::string hash_;  // of the password; empty: there is none
  bool in_trouble_ = false;
  Sessions sessions_;
  LoginLimit limit_;
  std::map<std::string, std::vector<Checked>> checks_;  // under way, by digest of the password
  Background disk_;
  Background crypt_;
};

}  // namespace isr
