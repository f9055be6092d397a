#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace isr {

/// The last seconds of sources that are to be saved.
struct SaveRequest {
  std::vector<std::string> sources;  ///< "all": all of them; none: the only one that there is
  std::optional<double> seconds;     ///< up to now, > 0; none: what the config says
  std::optional<double> post;        ///< seconds from now on that are saved as well; none: the same
  std::string label;                 ///< what a person calls it; UTF-8, may be empty
};

constexpr double kSaveSeconds = 60;   ///< where nobody says
constexpr double kLongestSave = 1e6;  ///< seconds; over eleven days
constexpr double kLongestPost = 3600;

/// Why a save is not made. The text is for people, the code for programs:
///
///     bad-request        no such number, or it must be said which source
///     unknown-source     no source of that name
///     nothing-recorded   there is no audio in that time
///     no-directory       the folder for saved files is not there
///     disk-full          it is full
///     cannot-create      it takes no file for another reason
///     busy               too many saves wait
///     shutting-down      isr is about to end
///     internal           what was recorded cannot be read
class SaveError : public Error {
 public:
  SaveError(std::string code, const std::string& message)
      : Error(message), code_(std::move(code)) {}
  const std::string& Code() const { return code_; }

 private:
  std::string code_;
};

/// What became of a request.
struct SaveAnswer {
  std::string saves;               ///< a JSON list, one object for each source, see SaveDocument
  std::optional<SaveError> error;  ///< the first one; only when nothing was saved at all
};

/// What has become of all saves since the daemon started, one of each source.
struct SaveCounts {
  int under_way = 0;
  int saved = 0;
  int failed = 0;
  std::string last;  ///< path of the file that was saved last; or empty
};

/// Who saves. Main thread.
class SaveService {
 public:
  virtual ~SaveService() = default;

  /// Calls `done` when all files are safe, or never when the daemon ends before. Throws SaveError
  /// when the request is wrong.
  virtual void Save(const SaveRequest& request, std::function<void(SaveAnswer)> done) = 0;
  virtual SaveCounts Counts() const = 0;
  /// Where the files go; absolute.
  virtual std::string Directory() const = 0;
};

}  // namespace isr
