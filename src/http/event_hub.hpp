#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "glib/mailbox.hpp"
#include "glib/source_handle.hpp"
#include "http/client_stream.hpp"
#include "model/observer.hpp"

namespace isr {

/// Tells everybody who listens what happens, as Server-Sent Events. Facts have an id, and the last
/// ones are kept: a client that comes back with the id of the last one it got loses nothing. Levels
/// have none, and a client that does not keep up goes without them first; one that does not even
/// take the facts is cut off, to come back. Main thread, but for what Observer allows.
///
///     hello           {version, time, resumed}: the first of each stream. resumed: what follows
///                     follows on the id that the client gave; else it reads now what there is
///     resync          {}: what the client knows may be out of date, and it reads anew what there
///                     is. Its id is too old, or of an earlier run; or very much has changed
///     source          an entry of /api/sources: it has changed, but for what counts up
///     source-removed  {name}: there is no such source any more
///     file            {change, file}: change is begun, grown (every half minute), closed (also a
///                     file that was found), marked or removed, file an entry of /api/files
///     section         {source, start, end, score, prominence}: it was heard, and has ended
///     level           {source, time, rms, peak, floor, file, position}: since the last one; time
///                     and position (seconds of the file) are those of its end, floor may be null
///
/// Times are UNIX seconds, levels dBFS.
class EventHub final : public Observer {
 public:
  struct Options {
    std::size_t history = 1000;                  ///< facts that are kept
    std::size_t most_at_once = 100;              ///< files; of more, clients read all anew
    std::chrono::milliseconds heartbeat{15000};  ///< so often something is sent
  };
  /// What a client asks for.
  struct Wishes {
    double levels = 0;                 ///< at most so many a second of each source, up to 10
    std::string source;                ///< of that alone; empty: of all
    std::optional<std::string> after;  ///< the id of the last fact that it got
  };

  EventHub() : EventHub(Options{}, SystemClock()) {}
  /// `clock` outlives it.
  EventHub(const Options& options, const Clock& clock);
  ~EventHub() override;

  /// `tell`: whether some client wants levels more often than once a second; when that changes.
  void OnWatched(std::function<void(bool is_watched)> tell) { tell_watched_ = std::move(tell); }

  void Add(std::unique_ptr<ClientStream> stream, Wishes wishes);
  /// All that clients know may be out of date.
  void Resync();
  std::size_t Clients() const { return clients_.size(); }

  void OnSource(const SourceStatus& source) override;
  void OnSourceRemoved(const std::string& name) override;
  void OnLevel(const SoundLevel& level) override;
  void OnFiles(std::vector<FileNews> news) override;
  void OnSection(const SoundEvent& event) override;

 private:
  struct Fact {
    std::uint64_t number = 0;
    std::optional<std::string> source;  ///< that it is about; none: everybody's
    std::string text;                   ///< the whole event
  };
  /// What a client was not told yet of a source's level.
  struct Pending {
    double power = 0;  ///< sum over the windows
    int windows = 0;
    double peak = 0;
    MonotonicTime due{};  ///< not before
  };
  struct Client {
    std::unique_ptr<ClientStream> stream;
    Wishes wishes;
    std::map<std::string, Pending> levels;  ///< by source
    MonotonicTime last_sent{};
    bool is_gone = false;

    /// `source`: none: everybody's.
    bool Wants(const std::optional<std::string>& source) const {
      return wishes.source.empty() || !source || wishes.source == *source;
    }
  };

  void Publish(std::optional<std::string> source, std::string_view name, std::string_view data);
  void PublishFiles(const std::vector<FileNews>& news);
  void Greet(Client& client);
  std::optional<std::string> Missed(const Client& client) const;
  std::optional<std::uint64_t> ResumeAfter(const std::string& id) const;
  std::string IdOf(std::uint64_t number) const;
  bool TakeLevel(Client& client, const SoundLevel& level, SoundLevel& told);
  void Send(Client& client, std::string_view text);
  void DropGone();
  void Beat();
  void FollowWishes();

  const Options options_;
  const Clock& clock_;
  const std::string run_;  ///< tells this hub's ids from those of any other
  std::deque<Fact> facts_;
  std::uint64_t last_number_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  bool is_watched_ = false;
  std::function<void(bool)> tell_watched_;
  SourceHandle heartbeat_;
  Mailbox mailbox_;
};

}  // namespace isr
