#include "http/gatekeeper.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <glib.h>

#include "access/password.hpp"
#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "glib/log.hpp"
#include "http/url_text.hpp"

namespace isr {
namespace {

constexpr const char* kDomain = "http";
constexpr std::chrono::hours kSessionLifetime{30 * 24};

/// A script need not wait for its password's check with each request.
constexpr std::chrono::minutes kBasicLifetime{5};

/// Checks that wait for the one under way: more are a flood.
constexpr size_t kMaxWaitingChecks = 8;
constexpr size_t kMaxWaitingReads = 200;

constexpr std::string_view kMessagePlace = "<!-- message -->";

/// What the login page needs, and anybody may see.
bool IsOpenToAll(std::string_view path) {
  constexpr std::array<std::string_view, 3> kPaths{"/app.css", "/login.css", "/icon.svg"};
  return std::find(kPaths.begin(), kPaths.end(), path) != kPaths.end();
}

/// A password counts for whom it was shown by: nobody else learns by it which one is right. No
/// session's token looks so.
std::string Shown(const std::string& password, const IpAddress& address) {
  return address.Text() + " " + password;
}

Reply Redirect(int status, const std::string& target) {
  Reply reply;
  reply.status = status;
  reply.headers = {{"Location", target}, {"Cache-Control", "no-store"}};
  return reply;
}

/// Only within this server.
std::string SafeTarget(const std::map<std::string, std::string>& query) {
  const auto next = query.find("next");
  if (next == query.end()) return "/";
  const std::string& target = next->second;
  const bool is_plain = std::all_of(target.begin(), target.end(),
                                    [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
  const bool is_here = target.starts_with('/') && !target.starts_with("//");
  return is_plain && is_here && !target.starts_with("/login") ? target : "/";
}

std::optional<std::string> BasicPassword(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (LowerCase(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const std::string encoded(Trim(authorization.substr(kScheme.size())));
  gsize size = 0;
  g_autofree guchar* decoded = g_base64_decode(encoded.c_str(), &size);
  const std::string_view pair(reinterpret_cast<const char*>(decoded), size);
  const size_t colon = pair.find(':');  // of any user: there is but one password
  if (colon == std::string_view::npos) return std::nullopt;
  return std::string(pair.substr(colon + 1));
}

Reply TooSoon(std::chrono::seconds wait) {
  Reply reply = ErrorReply(429, "too-many-tries", "too many wrong passwords; try again later");
  reply.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return reply;
}

Reply Busy() {
  Reply reply = ErrorReply(503, "busy", "too much is asked at once; try again in a moment");
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

/// Disk thread.
Reply ReadPage(const std::string& path, int status, const std::string& message) {
  try {
    Reply reply;
    reply.status = status;
    reply.headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}};
    reply.body = ReadWholeFile(path);
    const size_t place = reply.body.find(kMessagePlace);
    if (place != std::string::npos) reply.body.replace(place, kMessagePlace.size(), message);
    return reply;
  } catch (const Error& error) {
    LogWarning(kDomain, "{}", Describe(error));
    return ErrorReply(500, "internal", "this could not be answered; the log says why");
  }
}

}  // namespace

/// A request on which a decision is due.
struct Gatekeeper::Case {
  bool IsOn(std::string_view path) const { return request.path == path; }
  bool IsRead() const { return request.method == "GET" || request.method == "HEAD"; }
  bool WantsPage() const {
    return visit.wants_page && IsRead() && !request.path.starts_with("/api/");
  }
  void Answer(Reply reply) const { callback({.reply = std::move(reply)}); }

  Request request;
  Visit visit;
  Caller caller;
  Callback callback;
};

Gatekeeper::Gatekeeper(std::string password_path, std::string web_directory,
                       std::function<void()> all_out, const Clock& clock)
    : password_path_(std::move(password_path)),
      web_directory_(std::move(web_directory)),
      all_out_(std::move(all_out)),
      clock_(clock),
      disk_(1),
      crypt_(1) {}

void Gatekeeper::Admit(const Request& request, Visit visit, Callback callback) {
  const Caller caller = IdentifyCaller(visit.approach, rules_.trusted_proxies);
  const bool is_at_door = request.path == "/login" || request.path == "/logout";
  if (IsOpenToAll(request.path) || (caller.is_local && !is_at_door)) return callback({});
  const Case one{request, std::move(visit), caller, std::move(callback)};
  if (rules_.only_encrypted && !caller.is_encrypted && !caller.is_local) {
    return one.Answer(
        one.IsRead() ? Redirect(308, "https://" + one.visit.host + one.visit.target)
                     : ErrorReply(403, "https", "use https:// here, so that nobody reads along"));
  }
  if (disk_.Backlog() > kMaxWaitingReads) return one.Answer(Busy());
  ReadPassword([this, one] { Decide(one); });
}

/// With each request: whoever has set another password need tell nobody.
void Gatekeeper::ReadPassword(std::function<void()> then) {
  disk_.Run([this, then = std::move(then), path = password_path_]() -> Background::Continuation {
    std::string hash;
    std::string trouble;
    try {
      hash = ReadPasswordHash(path);
    } catch (const Error& error) {
      trouble = Describe(error);
    }
    return [this, then, hash, trouble] {
      if (!trouble.empty() && !in_trouble_) LogWarning(kDomain, "{}; nobody can log in", trouble);
      in_trouble_ = !trouble.empty();
      if (hash != std::exchange(hash_, hash) && !sessions_.IsEmpty()) {
        sessions_.EndAll();
        all_out_();
      }
      then();
    };
  });
}

void Gatekeeper::Decide(const Case& one) {
  const MonotonicTime now = clock_.Monotonic();
  const bool has_session = sessions_.Holds(TokenOf(one), now);
  if (one.IsOn("/logout")) return LogOut(one);
  if (one.IsOn("/login") && (one.caller.is_local || has_session) && one.IsRead()) {
    return one.Answer(Redirect(303, SafeTarget(one.request.query)));
  }
  if (hash_.empty()) {
    return one.WantsPage() || one.IsOn("/login")
               ? SendPage(one, "closed.html", 403, "")
               : one.Answer(ErrorReply(403, "no-password",
                                       "no password is set yet: on the recorder itself run "
                                       "'sudo isr passwd'"));
  }
  if (one.IsOn("/login")) return LogIn(one);
  if (has_session) return one.callback({.has_session = true});
  if (const auto password = BasicPassword(one.visit.authorization)) {
    return CheckBasic(one, *password);
  }
  AskForLogin(one);
}

void Gatekeeper::AskForLogin(const Case& one) {
  if (one.WantsPage()) {
    const std::string next = EncodeQuery({{"next", one.visit.target}});
    return one.Answer(Redirect(303, one.visit.target == "/" ? "/login" : "/login?" + next));
  }
  Reply reply = ErrorReply(401, "login", "this needs a login: open the page, or send the password");
  // A browser would ask for the password in a window of its own, and keep it.
  reply.headers.emplace_back("WWW-Authenticate", one.visit.is_browser
                                                     ? R"(Session realm="isr")"
                                                     : R"(Basic realm="isr", charset="UTF-8")");
  one.Answer(std::move(reply));
}

void Gatekeeper::CheckBasic(const Case& one, const std::string& password) {
  const std::string token = Shown(password, one.caller.address);
  if (sessions_.Holds(token, clock_.Monotonic())) return one.callback({});
  CheckPassword(password, one.caller.address, [this, one, token](const Check& check) {
    switch (check.outcome) {
      case Outcome::kRight:
        sessions_.Remember(token, kBasicLifetime, clock_.Monotonic());
        return one.callback({});
      case Outcome::kWrong:
        return AskForLogin(one);
      case Outcome::kTooSoon:
        return one.Answer(TooSoon(check.wait));
      case Outcome::kBusy:
        return one.Answer(Busy());
    }
  });
}

void Gatekeeper::LogIn(const Case& one) {
  if (one.IsRead()) return SendPage(one, "login.html", 200, "");
  const auto form = DecodeQuery(one.request.body);
  if (one.request.method != "POST" || !form || !form->contains("password")) {
    return one.Answer(ErrorReply(400, "bad-request", "a login is a POST of a form's 'password'"));
  }
  CheckPassword(form->at("password"), one.caller.address, [this, one](const Check& check) {
    switch (check.outcome) {
      case Outcome::kRight: {
        const MonotonicTime now = clock_.Monotonic();
        Reply reply = Redirect(303, SafeTarget(one.request.query));
        reply.headers.emplace_back(
            "Set-Cookie", SetCookie(one, sessions_.Begin(kSessionLifetime, now), kSessionLifetime));
        LogInfo(kDomain, "a login from {}", one.caller.address.Text());
        return one.Answer(std::move(reply));
      }
      case Outcome::kWrong:
        return SendPage(one, "login.html", 403, "This is not the password.");
      case Outcome::kTooSoon:
        return SendPage(
            one, "login.html", 429,
            fmt::format("Too many wrong passwords. Try again in {} s.", check.wait.count()),
            check.wait);
      case Outcome::kBusy:
        return SendPage(one, "login.html", 503, "Too many are logging in at once. Try again.",
                        std::chrono::seconds(1));
    }
  });
}

void Gatekeeper::LogOut(const Case& one) {
  if (one.request.method != "POST") {
    Reply reply = ErrorReply(405, "method", "here works POST, not " + one.request.method);
    reply.headers.emplace_back("Allow", "POST");
    return one.Answer(std::move(reply));
  }
  sessions_.End(TokenOf(one));
  Reply reply = Redirect(303, "/login");
  reply.headers.emplace_back("Set-Cookie", SetCookie(one, "", std::chrono::seconds(0)));
  one.Answer(std::move(reply));
}

/// One at a time: a check takes megabytes and much of a processor. Those who come with a password
/// that is being checked already wait for the same result.
void Gatekeeper::CheckPassword(const std::string& password, const IpAddress& address,
                               Checked checked) {
  const std::string digest = sessions_.Digest(Shown(password, address));
  if (const auto found = checks_.find(digest); found != checks_.end()) {
    found->second.push_back(std::move(checked));
    return;
  }
  if (crypt_.Backlog() >= kMaxWaitingChecks) return checked({Outcome::kBusy});
  const std::chrono::seconds wait = limit_.Try(address, clock_.Monotonic());
  if (wait.count() > 0) return checked({Outcome::kTooSoon, wait});
  checks_[digest].push_back(std::move(checked));
  crypt_.Run([this, password, hash = hash_, digest, address]() -> Background::Continuation {
    const bool matches = PasswordMatches(password, hash);
    return [this, digest, hash, address, matches] { Conclude(digest, hash, address, matches); };
  });
}

void Gatekeeper::Conclude(const std::string& digest, const std::string& hash,
                          const IpAddress& address, bool matches) {
  const bool is_right = matches && hash == hash_;
  if (is_right) {
    limit_.Succeeded(address);
  } else {
    LogInfo(kDomain, "a wrong password from {}", address.Text());
  }
  const auto check = checks_.extract(digest);
  for (const Checked& checked : check.mapped()) {
    checked({is_right ? Outcome::kRight : Outcome::kWrong});
  }
}

void Gatekeeper::SendPage(const Case& one, const std::string& name, int status,
                          const std::string& message, std::optional<std::chrono::seconds> wait) {
  const std::string alert =
      message.empty() ? "" : R"(<p class="trouble" role="alert">)" + message + "</p>";
  disk_.Run([one, status, alert, wait, path = web_directory_ + "/" + name] {
    Reply reply = ReadPage(path, status, alert);
    if (wait) reply.headers.emplace_back("Retry-After", std::to_string(wait->count()));
    return [one, reply = std::move(reply)] { one.Answer(reply); };
  });
}

/// A browser keeps what was set encrypted from being replaced by what was not.
std::string Gatekeeper::CookieName(bool is_encrypted) const {
  return fmt::format("{}isr-{}", is_encrypted ? "__Host-" : "", rules_.port);
}

std::string Gatekeeper::TokenOf(const Case& one) const {
  const std::string begin = CookieName(one.caller.is_encrypted) + "=";
  std::string_view rest = one.visit.cookie;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find_first_of(";,"), rest.size());
    const std::string_view pair = Trim(rest.substr(0, end));
    if (pair.starts_with(begin) && pair.find(' ') == std::string_view::npos) {
      return std::string(pair.substr(begin.size()));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

std::string Gatekeeper::SetCookie(const Case& one, const std::string& token,
                                  std::chrono::seconds lifetime) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}",
                     CookieName(one.caller.is_encrypted), token, lifetime.count(),
                     one.caller.is_encrypted ? "; Secure" : "");
}

}  // namespace isr
