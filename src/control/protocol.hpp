#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/control_service.hpp"

namespace isr {

/// The lines of the control socket, one JSON document each, without their '\n'.
///
///     {"command":"status"}                      {"ok":true,"status":{...}}
///     {"command":"pause","source":"radio"}      {"ok":true,"sources":["radio"]}
///     {"command":"resume","sources":["all"]}    {"ok":true,"sources":["radio","garden"]}
///     {"command":"set-source","source":"desk",  {"ok":true,"sources":["desk"]}
///      "target":"app:firefox"}
///     {"command":"reload"}                      {"ok":true,"added":[],"removed":[],
///                                                "restarted":["radio"],"after_restart":[]}
///     {"command":"save","source":"radio",       {"ok":true,"saves":[{"source":"radio",
///      "seconds":30,"post":0,"label":"x"}        "path":"...",...}]}, see SaveDocument
///     {"command":"quit"}                        {"ok":true}; the connection ends with the daemon
///
/// Where there is but one source that is fit for it, its name may be left out.
///
/// What is not carried out is answered
/// {"ok":false,"error":{"code":"...","message":"...","problems":[...]}}, problems only where there
/// are any.
struct ControlRequest {
  std::string command;
  std::vector<std::string> sources;  ///< "all" means all of them
  SaveRequest save{};                ///< of save; its sources are those above
  std::string target{};              ///< of set-source
};

/// Throws CommandError.
ControlRequest ParseRequest(std::string_view line);
std::string WriteRequest(const ControlRequest& request);

std::string OkAnswer();
std::string StatusAnswer(std::string_view document);
std::string SourcesAnswer(const std::vector<std::string>& sources);
std::string ReloadAnswer(const ReloadResult& result);
std::string SavesAnswer(std::string_view saves);
std::string ErrorAnswer(const CommandError& error);

}  // namespace isr
