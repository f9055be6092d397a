#include <optional>
#include <vector>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "worker/cut_printer.hpp"

namespace isr {

int PrintCutCommand(const Arguments& arguments) {
  std::vector<std::uint64_t> numbers;
  for (const std::string& word : arguments.sources) {
    const auto number = ParseInteger(word);
    if (!number || *number < 0) return kExitUsage;
    numbers.push_back(static_cast<std::uint64_t>(*number));
  }
  // Start and end in ns, the file's size, a place in it.
  if (numbers.size() != 5) return kExitUsage;
  CutRequest request{.start = static_cast<double>(numbers[0]) / 1e9,
                     .end = static_cast<double>(numbers[1]) / 1e9,
                     .bytes = numbers[2],
                     .place = std::nullopt};
  if (numbers[3] > 0) request.place = FilePlace{.bytes = numbers[3], .samples = numbers[4]};
  PrintCut(request);
  return kExitOk;
}

}  // namespace isr
