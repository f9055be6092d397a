#include <array>
#include <string>

#include <gtest/gtest.h>

#include "access/caller.hpp"
#include "access/login_limit.hpp"
#include "access/password.hpp"
#include "access/sessions.hpp"
#include "base/ip_address.hpp"

namespace isr {
namespace {

using namespace std::chrono_literals;

IpAddress Address(const std::string& text) {
  return IpAddress::Parse(text).value();
}

// ---- Addresses ----------------------------------------------------------------------------------

TEST(IpAddress, IsTheSameHoweverASocketShowsIt) {
  EXPECT_EQ(Address("::ffff:10.0.0.1"), Address("10.0.0.1"));
  EXPECT_EQ(Address("::ffff:10.0.0.1").Text(), "10.0.0.1");
  EXPECT_EQ(Address("FD00:0::1").Text(), "fd00::1");
  for (const char* const text :
       {"", "10.0.0", "10.0.0.256", "localhost", "::1%lo", "[::1]", " ::1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, KnowsLoopback) {
  for (const char* const text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(Address(text).IsLoopback()) << text;
  }
  for (const char* const text : {"128.0.0.1", "0.0.0.0", "::", "::2", "fe80::1", "::127.0.0.1"}) {
    EXPECT_FALSE(Address(text).IsLoopback()) << text;
  }
}

TEST(IpNetwork, HoldsWhatSharesItsFirstBits) {
  const auto holds = [](const char* network, const char* address) {
    return IpNetwork::Parse(network).value().Holds(Address(address));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(holds("10.1.2.3/8", "::ffff:10.9.9.9"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.0.2.4/31", "192.0.2.5"));
  EXPECT_FALSE(holds("192.0.2.4/31", "192.0.2.6"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(holds("0.0.0.0/0", "fd00::1"));
  EXPECT_TRUE(holds("::/0", "fd00::1"));
  EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
  EXPECT_FALSE(holds("::1", "::2"));
  for (const char* const text :
       {"10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "/8", "x/8"}) {
    EXPECT_FALSE(IpNetwork::Parse(text)) << text;
  }
}

// ---- Who sends a request ------------------------------------------------------------------------

std::vector<IpNetwork> Networks(const std::vector<std::string>& texts) {
  std::vector<IpNetwork> networks;
  for (const auto& text : texts) networks.push_back(IpNetwork::Parse(text).value());
  return networks;
}

TEST(Caller, OfLoopbackIsLocalUnlessAProxyStandsBetween) {
  EXPECT_TRUE(IdentifyCaller({.peer = Address("127.0.0.1")}, {}).is_local);
  EXPECT_TRUE(IdentifyCaller({.peer = Address("::1")}, {}).is_local);
  EXPECT_FALSE(IdentifyCaller({.peer = Address("127.0.0.1"), .is_forwarded = true}, {}).is_local);
  EXPECT_FALSE(IdentifyCaller({.peer = Address("127.0.0.1")}, Networks({"127.0.0.0/8"})).is_local);
  EXPECT_FALSE(IdentifyCaller({.peer = Address("192.0.2.1")}, {}).is_local);
  // However it pretends.
  EXPECT_FALSE(
      IdentifyCaller({.peer = Address("192.0.2.1"), .forwarded_for = "127.0.0.1"}, {}).is_local);
  EXPECT_FALSE(
      IdentifyCaller(
          {.peer = Address("192.0.2.1"), .is_forwarded = true, .forwarded_for = "127.0.0.1"},
          Networks({"192.0.2.1"}))
          .is_local);
}

TEST(Caller, OfATrustedProxyIsTheLastThatNobodyVouchesFor) {
  const auto trusted = Networks({"127.0.0.1", "10.0.0.0/8"});
  const auto client = [&trusted](const std::string& forwarded,
                                 const std::string& peer = "127.0.0.1") {
    return IdentifyCaller({.peer = Address(peer), .forwarded_for = forwarded}, trusted)
        .address.Text();
  };
  EXPECT_EQ(client("198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(client("203.0.113.1, 198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(client("203.0.113.1, 198.51.100.1, 10.0.0.7"), "198.51.100.1");
  EXPECT_EQ(client("198.51.100.1:5000"), "198.51.100.1");
  EXPECT_EQ(client("[2001:db8::1]:5000"), "2001:db8::1");
  EXPECT_EQ(client("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(client("unknown"), "127.0.0.1");
  EXPECT_EQ(client("198.51.100.1, nonsense, 10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(client(""), "127.0.0.1");
  EXPECT_EQ(client("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(client("198.51.100.1", "192.0.2.1"), "192.0.2.1") << "whom nobody trusts";
}

TEST(Caller, IsEncryptedWhereATrustedProxySaysSo) {
  const Approach approach{.peer = Address("127.0.0.1"), .forwarded_proto = "HTTPS"};
  EXPECT_TRUE(IdentifyCaller(approach, Networks({"127.0.0.1"})).is_encrypted);
  EXPECT_FALSE(IdentifyCaller(approach, {}).is_encrypted);
}

TEST(Caller, KnowsWhatProxiesAdd) {
  for (const char* const name :
       {"Forwarded", "VIA", "X-Forwarded-For", "x-forwarded-anything", "X-Real-IP"}) {
    EXPECT_TRUE(IsForwardingHeader(name)) << name;
  }
  for (const char* const name : {"Host", "X-Forward", "Origin", ""}) {
    EXPECT_FALSE(IsForwardingHeader(name)) << name;
  }
}

// ---- Passwords ----------------------------------------------------------------------------------

TEST(Password, MatchesItsHashAloneHoweverItsLettersAreComposed) {
  const std::string hash = HashPassword(
      "gr\xC3\xB6\xC3\x9F"
      "er");
  EXPECT_TRUE(
      PasswordMatches("gr\xC3\xB6\xC3\x9F"
                      "er",
                      hash));
  EXPECT_TRUE(
      PasswordMatches("gro\xCC\x88\xC3\x9F"
                      "er",
                      hash))
      << "o and a diaeresis of its own";
  EXPECT_FALSE(PasswordMatches("groesser", hash));
  EXPECT_FALSE(
      PasswordMatches("gr\xF6\xDF"
                      "er",
                      hash))
      << "Latin-1";
  EXPECT_FALSE(PasswordMatches("", hash));
  EXPECT_FALSE(PasswordMatches(std::string(100000, 'x'), hash));
}

TEST(Password, MatchesNoHashThatIsNone) {
  for (const char* const hash : {"", "*0", "*", "x", "$y$", "$y$j9T$", "$9$abc"}) {
    EXPECT_FALSE(PasswordMatches("password", hash)) << hash;
    EXPECT_FALSE(PasswordMatches(hash, hash)) << hash;
  }
}

// ---- Sessions -----------------------------------------------------------------------------------

const MonotonicTime kNow{1000h};

TEST(Sessions, HoldATokenForItsLifetime) {
  Sessions sessions;
  const std::string token = sessions.Begin(60s, kNow);
  EXPECT_EQ(token.size(), 64U);
  EXPECT_NE(token, sessions.Begin(60s, kNow));
  EXPECT_TRUE(sessions.Holds(token, kNow + 59s));
  EXPECT_FALSE(sessions.Holds(token, kNow + 60s));
  EXPECT_FALSE(sessions.Holds("", kNow));
  EXPECT_FALSE(sessions.Holds(token.substr(1), kNow));
  EXPECT_FALSE(sessions.Holds(sessions.Digest(token), kNow)) << "what is kept opens nothing";
  sessions.End(token);
  EXPECT_FALSE(sessions.Holds(token, kNow));
}

TEST(Sessions, ManyMakeRoomForTheNewest) {
  Sessions sessions;
  const std::string first = sessions.Begin(60s, kNow);
  std::string last;
  for (int i = 0; i < 1000; ++i) last = sessions.Begin(61s, kNow);
  EXPECT_FALSE(sessions.Holds(first, kNow));
  EXPECT_TRUE(sessions.Holds(last, kNow));
}

// ---- Wrong passwords ----------------------------------------------------------------------------

TEST(LoginLimit, LetsAnAddressFailFiveTimesAtOnceAndThenEverMoreSeldom) {
  LoginLimit limit;
  const IpAddress address = Address("192.0.2.1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.Try(address, kNow), 0s);
  MonotonicTime now = kNow;
  for (const auto wait : std::array{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    EXPECT_EQ(limit.Try(address, now), wait);
    EXPECT_EQ(limit.Try(address, now + wait - 1ms), 1s) << "asking does not make it longer";
    now += wait;
    EXPECT_EQ(limit.Try(address, now), 0s);
  }
  EXPECT_EQ(limit.Try(Address("192.0.2.2"), now), 0s);
  limit.Succeeded(address);
  EXPECT_EQ(limit.Try(address, now), 0s);
}

TEST(LoginLimit, TakesAnIpv6NetworkForOneAddress) {
  LoginLimit limit;
  for (int i = 0; i < 5; ++i) limit.Try(Address("2001:db8::" + std::to_string(i)), kNow);
  EXPECT_EQ(limit.Try(Address("2001:db8::ffff:0:0:9"), kNow), 1s);
  EXPECT_EQ(limit.Try(Address("2001:db8:0:1::1"), kNow), 0s);
}

TEST(LoginLimit, ForgetsAfterAQuarterOfAnHourAndNotBecauseOfOthers) {
  LoginLimit limit;
  const IpAddress address = Address("192.0.2.1");
  for (int i = 0; i < 6; ++i) limit.Try(address, kNow);
  for (int i = 0; i < 900; ++i) {
    limit.Try(Address("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)),
              kNow + 1ms);
  }
  EXPECT_EQ(limit.Try(address, kNow + 10ms), 1s);
  EXPECT_EQ(limit.Try(address, kNow + 16min), 0s);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limit.Try(address, kNow + 16min), 0s);
}

}  // namespace
}  // namespace isr
