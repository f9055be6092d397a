#pragma once

#include "http/reply.hpp"
#include "http/request.hpp"
#include "http/services.hpp"

// One resource per file. Those that may wait for the disk run on a worker thread. What
// they throw becomes a 500, a BadParameter a 400.

namespace isr {

/// `GET /api/files`: recordings, newest first (files_resource.cpp).
Reply AnswerFiles(const Request& request, const HttpServices& services);

/// `DELETE /api/files/<name>`: the recording and its track (removal_resource.cpp).
Reply AnswerRemoval(const Request& request, const HttpServices& services);

/// `GET /api/days`: local days with their count, duration and size (days_resource.cpp).
Reply AnswerDays(const Request& request, const HttpServices& services);

/// `GET /api/analyze`: levels and sections of a recording (analyze_resource.cpp).
Reply AnswerAnalyze(const Request& request, const HttpServices& services);

/// `GET /api/clip`: a stretch of a recording, decoded (clip_resource.cpp).
Reply AnswerClip(const Request& request, const HttpServices& services);

/// `GET /api/cut`: a stretch of a recording as a file of its own, not encoded anew
/// (cut_resource.cpp).
Reply AnswerCut(const Request& request, const HttpServices& services);

/// `GET /api/highlights`: a day's sections (highlights_resource.cpp).
Reply AnswerHighlights(const Request& request, const HttpServices& services);

/// `GET /api/status`: what the sources are doing (status_resource.cpp). Main thread.
Reply AnswerStatus(const Request& request, const HttpServices& services);

/// `GET /api/sources`: the same as a list (status_resource.cpp). Main thread.
Reply AnswerSources(const Request& request, const HttpServices& services);

/// `GET /api/config`: what a request need not say (config_resource.cpp). Main thread.
Reply AnswerConfig(const Request& request, const HttpServices& services);

/// `GET /api/storage`: what is free, and when no more (storage_resource.cpp).
Reply AnswerStorage(const Request& request, const HttpServices& services);

/// `GET /api/events`: what happens, as it happens (events_resource.cpp, event_hub.hpp). Main
/// thread.
Reply AnswerEvents(const Request& request, const HttpServices& services);

/// `GET /api/marks`: stars, labels and notes (marks_resource.cpp).
Reply AnswerMarks(const Request& request, const HttpServices& services);

/// `PUT /api/marks/<name>`: says something of a stretch of a recording (marks_resource.cpp).
Reply AnswerMarkChange(const Request& request, const HttpServices& services);

/// `DELETE /api/marks/<name>`: says nothing more of it (marks_resource.cpp).
Reply AnswerMarkRemoval(const Request& request, const HttpServices& services);

/// `PUT /api/reviewed/<name>`: somebody is done with a recording (marks_resource.cpp).
Reply AnswerReviewed(const Request& request, const HttpServices& services);

/// `DELETE /api/reviewed/<name>`: or is not (marks_resource.cpp).
Reply AnswerNotReviewed(const Request& request, const HttpServices& services);

/// `GET /api/replay`: the files in the folder for saved ones, newest first (saved_resource.cpp).
Reply AnswerSaves(const Request& request, const HttpServices& services);

/// `GET /saved/<name>`: one of them, inline (saved_resource.cpp).
Reply AnswerSaved(const Request& request, const HttpServices& services);

/// `POST /api/replay`: what has just happened becomes a file (replay_resource.cpp). Main thread.
Reply AnswerReplay(const Request& request, const HttpServices& services);

/// `POST /whep/<source>`: somebody listens now (whep_resource.cpp). Main thread.
Reply AnswerWhep(const Request& request, const HttpServices& services);

/// `DELETE /whep/<source>/<session>`: and no more (whep_resource.cpp). Main thread.
Reply AnswerWhepEnd(const Request& request, const HttpServices& services);

/// `OPTIONS /whep/<source>`: what may be sent there (whep_resource.cpp). Main thread.
Reply AnswerWhepOptions(const Request& request, const HttpServices& services);

/// `POST /offer`: the same as AnswerWhep, in JSON (whep_resource.cpp). Main thread.
Reply AnswerOffer(const Request& request, const HttpServices& services);

/// `GET /stream/<name>`: to be played (recording_resource.cpp).
Reply AnswerStream(const Request& request, const HttpServices& services);

/// `GET /download/<name>`: to be saved (recording_resource.cpp).
Reply AnswerDownload(const Request& request, const HttpServices& services);

/// `GET /…`: the page (web_resource.cpp).
Reply AnswerWeb(const Request& request, const HttpServices& services);

}  // namespace isr
