#include "services/runtime/replay.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/crypto.h"
#include "services/runtime/decide_alone.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr int kTries = 10;  // another replica may replay at the same time

absl::Status ReplayOne(const ReplayScope& s, const stored::JournalNote& note, absl::Time now) {
  if (!note.destroyed_key().empty()) return DestroyAlone(s.store, s.scope, s.modules[0]->entities, note.destroyed_key(), now);
  for (const Module* module : s.modules) {
    const auto handler = module->on_replay.find(note.kind());
    if (handler == module->on_replay.end()) continue;
    Call call;
    call.method = "OnReplay";
    call.agency = s.agency;
    call.now = now;
    call.seed = crypto::Random(32);
    return DecideAlone(s.store, s.scope, module->entities, call,
                       [&](const Call& c, View& view) { return handler->second(c, note.id(), note.note(), view); }, /*replayed=*/true);
  }
  return absl::FailedPreconditionError(absl::StrCat("nothing here understands a journal's note about a ", note.kind()));
}

absl::Status Replay(const ReplayScope& s, const std::vector<Journal::Line>& lines, absl::Time now) {
  for (const Journal::Line& line : lines) {
    if (line.sealed.empty()) continue;
    BB_ASSIGN_OR_RETURN(const stored::JournalNote note, s.store->OpenJournalLine(s.scope, line));
    absl::Status status;
    for (int i = 0; i < kTries; ++i) {
      status = ReplayOne(s, note, now);
      if (!absl::IsAborted(status)) break;
    }
    // What is sealed for somebody who was forgotten is gone already.
    if (!status.ok() && ReasonOf(status) != "ERASED") return absl::Status(status.code(), absl::StrCat("journal: line ", line.number, " of ", line.base, ": ", status.message()));
  }
  return absl::OkStatus();
}

std::uint64_t Last(const std::vector<Journal::Line>& lines) {
  std::uint64_t last = 0;
  for (const Journal::Line& line : lines) last = std::max(last, line.number);
  return last;
}

absl::Status OneScope(Journal& journal, const ReplayScope& s, std::uint64_t held, absl::Time now, Telemetry* telemetry,
                      const std::function<void(const char*)>& alarm) {
  const std::string base = s.store->JournalBase(s.scope);
  BB_ASSIGN_OR_RETURN(const Store::JournalState state, s.store->ReadJournalState(s.scope));
  if (state.given < held) {
    alarm("store_was_restored");
    std::vector<Journal::Line> forgotten;
    BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) {
      if (line.base == base && line.number > state.given) forgotten.push_back(line);
    }));
    std::sort(forgotten.begin(), forgotten.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    BB_RETURN_IF_ERROR(Replay(s, forgotten, now));
    BB_RETURN_IF_ERROR(s.store->SetJournalGiven(s.scope, held));
    telemetry->Log("WARNING", "journal_replayed", {{"scope", base}, {"lines", absl::StrCat(forgotten.size())}});
  }
  if (!state.waiting.empty()) {
    BB_RETURN_IF_ERROR(journal.AppendAndWait(state.waiting));
    for (const Journal::Line& line : state.waiting) s.store->JournalWritten(line);
  }
  std::uint64_t holds = std::max(held, Last(state.waiting));
  if (holds < state.given) {
    // Written by another replica since.
    BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) {
      if (line.base == base) holds = std::max(holds, line.number);
    }));
  }
  if (holds < state.given) {
    return absl::FailedPreconditionError(absl::StrCat("journal: the store has given out ", state.given, " lines of ", base, ", journal_dir holds ", holds,
                                                      ": this is not the store's journal, or it was lost"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReplayJournal(Journal& journal, const std::vector<ReplayScope>& scopes, absl::Time now, Telemetry* telemetry,
                           const std::function<void(const char*)>& alarm) {
  std::map<std::string, std::uint64_t> held;
  BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) { held[line.base] = std::max(held[line.base], line.number); }));
  for (const ReplayScope& s : scopes) BB_RETURN_IF_ERROR(OneScope(journal, s, held[s.store->JournalBase(s.scope)], now, telemetry, alarm));
  return absl::OkStatus();
}

}  // namespace brobygger
