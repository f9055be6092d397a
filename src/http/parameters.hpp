#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "level/detector.hpp"

namespace isr {

/// What is wrong with the request, as a sentence for the client: the server answers with 400.
struct BadParameter {
  std::string message;
};

/// The query of a request.
class Parameters {
 public:
  /// Throws BadParameter when there is one that is not among `known`.
  Parameters(const std::map<std::string, std::string>& query,
             std::initializer_list<std::string_view> known);

  bool Has(const std::string& name) const { return query_.contains(name); }
  /// Throws BadParameter when there is none.
  const std::string& Text(const std::string& name) const;
  /// Throws BadParameter when it is no number from `min` to `max`, or when there is none and no
  /// `fallback`.
  double Number(const std::string& name, double min, double max) const;
  double Number(const std::string& name, double min, double max, double fallback) const;

  /// A date like "2026-11-21". Throws BadParameter for anything else, and when there is none.
  const std::string& Day(const std::string& name) const;

  /// `margin` and `min_gap`, where they are given.
  DetectorOptions Detection(DetectorOptions options) const;

 private:
  const std::map<std::string, std::string>& query_;
};

}  // namespace isr
