#include "services/runtime/replay.h"

#include <algorithm>
#include <map>
#include <set>
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

// Which lines of a scope there are.
struct Held {
  std::map<std::uint64_t, std::string> numbers;  // with the tag of the line that was found first
  std::set<std::uint64_t> twice;                 // those of more than one note
  std::uint64_t begins_after = 0;                // whoever has looked says that those up to here are not needed

  void Add(const Journal::Line& line) {
    if (line.sealed.empty()) begins_after = std::max(begins_after, line.number);
    else if (numbers.emplace(line.number, line.tag).first->second != line.tag) twice.insert(line.number);
  }
  std::uint64_t Last() const { return std::max(begins_after, numbers.empty() ? 0 : numbers.rbegin()->first); }
  // The store gave this number out once more after it was put back while it was served.
  bool GivenTwice(std::uint64_t number) const { return number > begins_after && twice.count(number) != 0; }
  // 0: none.
  std::uint64_t LastGivenTwice() const { return !twice.empty() && GivenTwice(*twice.rbegin()) ? *twice.rbegin() : 0; }
};

using Range = std::pair<std::uint64_t, std::uint64_t>;  // both ends are in it

std::vector<Range> Missing(const Held& held, std::uint64_t last) {
  std::vector<Range> out;
  std::uint64_t next = held.begins_after + 1;
  for (auto it = held.numbers.lower_bound(next); it != held.numbers.end(); ++it) {
    if (it->first > next) out.emplace_back(next, it->first - 1);
    next = it->first + 1;
  }
  if (next <= last) out.emplace_back(next, last);
  return out;
}

absl::Status Incomplete(const std::string& base, std::uint64_t given, const Held& held, const std::vector<Range>& missing) {
  std::string ranges;
  for (const auto& [from, to] : missing) absl::StrAppend(&ranges, ranges.empty() ? "" : ", ", from, from == to ? "" : absl::StrCat(" to ", to));
  return absl::FailedPreconditionError(absl::StrCat(
      "journal: the store has given out ", given, " lines of ", base, ", journal_dir holds ", held.numbers.size(), "; missing: ", ranges,
      ": this is not the store's journal, or it was lost. Find it: what those lines took away would be open again. To go on without them: "
      "deploy/local/restore --without-lines ", base, " ", missing.back().second));
}

absl::Status OneScope(Journal& journal, const ReplayScope& s, Held held, absl::Time now, Telemetry* telemetry,
                      const std::function<void(const char*)>& alarm) {
  const std::string base = s.store->JournalBase(s.scope);
  BB_ASSIGN_OR_RETURN(const Store::JournalState state, s.store->ReadJournalState(s.scope));
  const std::uint64_t last = held.Last(), all = std::max(last, state.given);
  Held somewhere = held;
  for (const Journal::Line& line : state.waiting) somewhere.Add(line);
  const bool restored = state.given < last || somewhere.LastGivenTwice() > 0;
  if (restored) alarm("store_was_restored");
  if (!Missing(somewhere, all).empty()) {
    // Written by another replica between the two looks.
    BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) {
      if (line.base != base || line.number > all) return;
      held.Add(line);
      somewhere.Add(line);
    }));
    if (const std::vector<Range> missing = Missing(somewhere, all); !missing.empty()) return Incomplete(base, state.given, held, missing);
  }
  if (restored) {
    // Of two notes under one number the store may lack either.
    std::vector<Journal::Line> forgotten;
    BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) {
      if (line.base == base && (line.number > state.given || somewhere.GivenTwice(line.number))) forgotten.push_back(line);
    }));
    std::sort(forgotten.begin(), forgotten.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    BB_RETURN_IF_ERROR(Replay(s, forgotten, now));
    BB_RETURN_IF_ERROR(s.store->SetJournalGiven(s.scope, last));
    telemetry->Log("WARNING", "journal_replayed", {{"scope", base}, {"lines", absl::StrCat(forgotten.size())}, {"given_twice_up_to", absl::StrCat(somewhere.LastGivenTwice())}});
  }
  if (!state.waiting.empty()) {
    BB_RETURN_IF_ERROR(journal.AppendAndWait(state.waiting));
    for (const Journal::Line& line : state.waiting) s.store->JournalWritten(line);
  }
  return absl::OkStatus();
}

// A line that has another one's number would stand in for a line that was removed. Those that whoever has looked does not need
// may be as they are.
absl::Status CheckTags(const Journal& journal, const std::vector<ReplayScope>& scopes, const std::map<std::string, Held>& held) {
  std::map<std::string, const ReplayScope*> served;
  for (const ReplayScope& s : scopes) served[s.store->JournalBase(s.scope)] = &s;
  absl::Status status;
  BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) {
    const auto it = served.find(line.base);
    if (!status.ok() || it == served.end() || line.sealed.empty() || line.number <= held.at(line.base).begins_after) return;
    if (crypto::ConstantTimeEqual(line.tag, it->second->store->TagOf(it->second->scope, line))) return;
    status = absl::DataLossError(absl::StrCat("journal: line ", line.number, " of ", line.base,
                                              " is not the one that was given this number. Find out who wrote it. To go on: deploy/local/restore --without-lines ",
                                              line.base, " ", line.number));
  }));
  return status;
}

}  // namespace

absl::Status ReplayJournal(Journal& journal, const std::vector<ReplayScope>& scopes, absl::Time now, Telemetry* telemetry,
                           const std::function<void(const char*)>& alarm) {
  std::map<std::string, Held> held;
  BB_RETURN_IF_ERROR(journal.ForEach([&](const Journal::Line& line) { held[line.base].Add(line); }));
  BB_RETURN_IF_ERROR(CheckTags(journal, scopes, held));
  for (const ReplayScope& s : scopes) BB_RETURN_IF_ERROR(OneScope(journal, s, held[s.store->JournalBase(s.scope)], now, telemetry, alarm));
  return absl::OkStatus();
}

}  // namespace brobygger
