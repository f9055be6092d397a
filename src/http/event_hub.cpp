#include "http/event_hub.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "glib/json.hpp"
#include "http/file_document.hpp"
#include "http/status_document.hpp"
#include "http/time_text.hpp"
#include "level/decibel.hpp"

namespace isr {
namespace {

/// With more than that waiting, a client is behind: no levels until it has caught up. A client that
/// reads has a few of them waiting at most.
constexpr std::size_t kBehind = 16 * 1024;

/// Bytes of facts that a client gets when it comes back. The queue of its stream holds twice that.
constexpr std::size_t kMostMissed = 128 * 1024;

/// Levels come when they come; so much earlier one may go out, for the ones behind it to keep pace.
constexpr std::chrono::milliseconds kJitter{150};
constexpr std::chrono::duration<double> kLongestInterval{86400};

std::string EventText(std::string_view name, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, data);
}

std::string NewRun() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

double Hundredths(double value) {
  return std::round(value * kHundredths) / kHundredths;
}

std::string_view ToWord(FileNews::Change change) {
  switch (change) {
    case FileNews::Change::kBegun:
      return "begun";
    case FileNews::Change::kGrown:
      return "grown";
    case FileNews::Change::kClosed:
      return "closed";
    case FileNews::Change::kMarked:
      return "marked";
    case FileNews::Change::kRemoved:
      return "removed";
  }
  return "";
}

std::string FileData(const FileNews& news) {
  JsonWriter json;
  json.BeginObject().Name("change").String(ToWord(news.change));
  json.Name("file").Document(FileDocument(news.segment));
  return json.EndObject().Text();
}

std::string SectionData(const SoundEvent& event) {
  JsonWriter json;
  json.BeginObject().Name("source").String(event.source);
  json.Name("start").Number(UnixSeconds(event.start)).Name("end").Number(UnixSeconds(event.end));
  json.Name("score").Number(Hundredths(event.score));
  json.Name("prominence").Number(Hundredths(event.prominence));
  return json.EndObject().Text();
}

std::string LevelData(const SoundLevel& level) {
  JsonWriter json;
  json.BeginObject().Name("source").String(level.source);
  json.Name("time").Number(UnixSeconds(level.time));
  json.Name("rms").Number(Hundredths(DecibelOfPower(level.power)));
  json.Name("peak").Number(Hundredths(level.peak)).Name("floor");
  level.floor ? json.Number(Hundredths(*level.floor)) : json.Null();
  json.Name("file").String(level.file).Name("position").Number(level.position);
  return json.EndObject().Text();
}

std::string HelloData(UtcTime now, bool is_resumed) {
  JsonWriter json;
  json.BeginObject().Name("version").String(ISR_VERSION).Name("time").Number(UnixSeconds(now));
  return json.Name("resumed").Boolean(is_resumed).EndObject().Text();
}

}  // namespace

EventHub::EventHub(const Options& options, const Clock& clock)
    : options_(options), clock_(clock), run_(NewRun()) {}

EventHub::~EventHub() = default;

std::string EventHub::IdOf(std::uint64_t number) const {
  return fmt::format("{}-{}", run_, number);
}

/// The number of that fact, when all behind it are still there.
std::optional<std::uint64_t> EventHub::ResumeAfter(const std::string& id) const {
  if (!id.starts_with(run_ + "-")) return std::nullopt;
  const auto number = ParseInteger(std::string_view(id).substr(run_.size() + 1));
  const auto oldest = static_cast<std::int64_t>(last_number_ - facts_.size());
  if (!number || *number < oldest || *number > static_cast<std::int64_t>(last_number_)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*number);
}

void EventHub::Add(std::unique_ptr<ClientStream> stream, Wishes wishes) {
  clients_.push_back(std::make_unique<Client>(Client{std::move(stream), std::move(wishes)}));
  Client& client = *clients_.back();
  client.stream->OnGone([this, gone = &client] {
    gone->is_gone = true;
    DropGone();
  });
  Greet(client);
  if (!heartbeat_.IsActive()) {
    heartbeat_ = SourceHandle::Every(options_.heartbeat / 2, [this] { Beat(); });
  }
  FollowWishes();
  DropGone();
}

void EventHub::Resync() {
  Publish(std::nullopt, "resync", "{}");
}

void EventHub::Greet(Client& client) {
  constexpr std::string_view kRetry = "retry: 2000\n";
  const std::string here = fmt::format("id: {}\n", IdOf(last_number_));
  const auto missed = client.wishes.after ? Missed(client) : std::nullopt;
  std::string text(kRetry);
  if (!client.wishes.after) text += here;
  text += EventText("hello", HelloData(clock_.Utc(), missed.has_value()));
  if (client.wishes.after && !missed) text += here + EventText("resync", "{}");
  Send(client, text + missed.value_or(""));
}

/// The facts behind the last one that it got. Nothing when they are not all there, or are more than
/// it may have waiting.
std::optional<std::string> EventHub::Missed(const Client& client) const {
  const auto known = ResumeAfter(*client.wishes.after);
  if (!known) return std::nullopt;
  std::string missed;
  for (const Fact& fact : facts_) {
    if (fact.number > *known && client.Wants(fact.source)) missed += fact.text;
  }
  return missed.size() > kMostMissed ? std::nullopt : std::optional(std::move(missed));
}

void EventHub::OnSource(const SourceStatus& source) {
  Publish(source.name, "source", SourceDocument(source));
}

void EventHub::OnSourceRemoved(const std::string& name) {
  for (const auto& client : clients_) client->levels.erase(name);
  JsonWriter json;
  Publish(name, "source-removed", json.BeginObject().Name("name").String(name).EndObject().Text());
}

void EventHub::OnFiles(std::vector<FileNews> news) {
  mailbox_.Send([this, news = std::move(news)] { PublishFiles(news); });
}

void EventHub::PublishFiles(const std::vector<FileNews>& news) {
  if (news.size() > options_.most_at_once) {
    Resync();
    return;
  }
  for (const FileNews& one : news) Publish(one.segment.source, "file", FileData(one));
}

void EventHub::OnSection(const SoundEvent& event) {
  mailbox_.Send([this, event] { Publish(event.source, "section", SectionData(event)); });
}

void EventHub::Publish(std::optional<std::string> source, std::string_view name,
                       std::string_view data) {
  ++last_number_;
  facts_.push_back({last_number_, std::move(source),
                    fmt::format("id: {}\n{}", IdOf(last_number_), EventText(name, data))});
  if (facts_.size() > options_.history) facts_.pop_front();
  const Fact& fact = facts_.back();
  for (const auto& client : clients_) {
    if (client->Wants(fact.source)) Send(*client, fact.text);
  }
  DropGone();
}

void EventHub::OnLevel(const SoundLevel& level) {
  std::string whole;  // for all who had the one before
  for (const auto& client : clients_) {
    SoundLevel told = level;
    if (!TakeLevel(*client, level, told)) continue;
    if (told.windows != level.windows) {
      Send(*client, EventText("level", LevelData(told)));
      continue;
    }
    if (whole.empty()) whole = EventText("level", LevelData(level));
    Send(*client, whole);
  }
  DropGone();
}

/// Whether the client is to be told now; then `told` is all that it was not told yet.
bool EventHub::TakeLevel(Client& client, const SoundLevel& level, SoundLevel& told) {
  if (client.wishes.levels <= 0 || !client.Wants(level.source)) return false;
  Pending& pending = client.levels[level.source];
  pending.peak = pending.windows == 0 ? level.peak : std::max(pending.peak, level.peak);
  pending.power += level.power * level.windows;
  pending.windows += level.windows;
  const MonotonicTime now = clock_.Monotonic();
  if (now < pending.due || client.stream->Waiting() > kBehind) return false;
  const auto interval = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::min(std::chrono::duration<double>(1 / client.wishes.levels), kLongestInterval));
  told.peak = pending.peak;
  told.power = pending.power / pending.windows;
  told.windows = pending.windows;
  pending = {.due = std::max(pending.due, now - kJitter) + interval};
  return true;
}

void EventHub::Send(Client& client, std::string_view text) {
  if (client.is_gone) return;
  client.last_sent = clock_.Monotonic();
  client.is_gone = !client.stream->Send(text);
}

void EventHub::DropGone() {
  const auto gone = std::erase_if(clients_, [](const auto& client) { return client->is_gone; });
  if (gone > 0) FollowWishes();
}

/// A comment, for proxies that end what is silent, and to find out who is not there any more.
void EventHub::Beat() {
  const MonotonicTime now = clock_.Monotonic();
  for (const auto& client : clients_) {
    if (now - client->last_sent >= options_.heartbeat / 2) Send(*client, ":\n\n");
  }
  DropGone();
}

/// Later: whoever tells us something just now is not to be told to do it otherwise meanwhile.
void EventHub::FollowWishes() {
  mailbox_.Send([this] {
    if (clients_.empty()) heartbeat_.Reset();
    const bool is_watched = std::any_of(clients_.begin(), clients_.end(), [](const auto& client) {
      return client->wishes.levels > 1;
    });
    if (std::exchange(is_watched_, is_watched) != is_watched && tell_watched_) {
      tell_watched_(is_watched);
    }
  });
}

}  // namespace isr
