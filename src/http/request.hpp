#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/source_status.hpp"

namespace isr {

/// What a resource needs to know of a request: plain values that any thread may read.
struct Request {
  std::string method;                        ///< one that the route has; with GET also HEAD
  std::string path;                          ///< decoded
  std::string tail;                          ///< of the path, behind the route's prefix
  std::map<std::string, std::string> query;  ///< decoded
  std::string body;                          ///< as it came

  // Header fields; empty when absent.
  std::string range;
  std::string if_range;
  std::string if_none_match;
  std::string if_modified_since;
  std::string last_event_id;
  std::string content_type;  ///< without its parameters, in lower case

  bool has_session = false;           ///< it came with a login that POST /logout ends
  std::vector<SourceStatus> sources;  ///< what they were doing when the request came
  std::string saves;                  ///< folder of saved files then; empty: there is none
};

}  // namespace isr
