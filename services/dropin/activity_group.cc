#include "services/dropin/activity_group.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/dropin/activity_records.h"
#include "services/dropin/entities.h"
#include "services/dropin/participant.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

using Record = stored::GroupRecord;

constexpr int kFewestUsers = 3;
constexpr int kMostUsers = 4;
constexpr int kStaff = 2;
constexpr int kMeetingsKept = 24;
constexpr int kNextAheadDays = 92;

template <class Request>
std::vector<Violation> CheckSize(const Request& request) {
  std::vector<Violation> out;
  if (request.members_size() < kFewestUsers || request.members_size() > kMostUsers) out.push_back({"members", "want 3 or 4 users"});
  if (request.staff_size() != kStaff) out.push_back({"staff", "want 2 of the staff"});
  return out;
}

absl::CivilDay Due(const Record& record) {
  return AddMonths(ToDay(record.meetings().empty() ? record.started_on() : record.meetings(0)), 1);
}

absl::StatusOr<v1::ActivityGroup> Shown(const Record& record, const std::string& id, const std::string& etag, absl::CivilDay today, View& view) {
  v1::ActivityGroup shown;
  shown.set_name(absl::StrCat("activityGroups/", id));
  shown.set_title(record.title());
  absl::Status missing;
  for (const std::string& member : record.members()) {
    absl::StatusOr<std::string> alias = AliasOf(member, view);
    missing.Update(alias.status());
    if (!alias.ok() || alias->empty()) continue;
    v1::GroupMember* m = shown.add_members();
    m->set_participant(absl::StrCat("participants/", member));
    m->set_alias(*std::move(alias));
  }
  BB_RETURN_IF_ERROR(missing);
  *shown.mutable_staff() = record.staff();
  *shown.mutable_started_on() = record.started_on();
  *shown.mutable_meetings() = record.meetings();
  if (record.has_next_meeting() && ToDay(record.next_meeting()) >= today) *shown.mutable_next_meeting() = record.next_meeting();
  *shown.mutable_meeting_due() = ToDate(Due(record));
  shown.set_meeting_overdue(Due(record) < today);
  shown.set_too_few_users(shown.members_size() < kFewestUsers);
  shown.set_etag(etag);
  return shown;
}

template <class Response>
absl::StatusOr<Decision> Stored(const Call& call, const std::string& id, const Record& record, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Record>(id));
  Response response;
  BB_ASSIGN_OR_RETURN(*response.mutable_group(), Shown(record, id, etag, CopenhagenDay(call.now), view));
  Decision decision(response);
  decision.Put(Entities(), id, record);
  return decision;
}

// Title, users and staff as asked for. Being asked into a group is a use of the alias; staying in it needs no alias that is still one.
template <class Request>
absl::Status SetPeople(const Call& call, const Request& request, View& view, Record* record, std::vector<std::pair<std::string, v1::Participant>>* used) {
  std::set<std::string> before(record->members().begin(), record->members().end());
  record->set_title(request.title());
  *record->mutable_staff() = request.staff();
  record->clear_members();
  absl::Status status;
  for (const std::string& name : request.members()) {
    const std::string member = IdOf(name);
    absl::StatusOr<v1::Participant> participant = before.count(member) > 0 ? UseKnown(call, member, view) : UseAlias(call, member, view);
    status.Update(participant.status());
    record->add_members(member);
    if (participant.ok()) used->emplace_back(member, *std::move(participant));
  }
  return status;
}

}  // namespace

absl::StatusOr<Decision> CreateActivityGroup(const Call& call, const v1::CreateActivityGroupRequest& request, View& view) {
  if (auto violations = CheckSize(request); !violations.empty()) return Invalid(std::move(violations));
  Record record;
  *record.mutable_started_on() = ToDate(CopenhagenDay(call.now));
  std::vector<std::pair<std::string, v1::Participant>> used;
  BB_RETURN_IF_ERROR(SetPeople(call, request, view, &record, &used));
  BB_ASSIGN_OR_RETURN(Decision decision, Stored<v1::CreateActivityGroupResponse>(call, call.NewId(), record, view));
  for (const auto& [id, participant] : used) decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> UpdateActivityGroup(const Call& call, const v1::UpdateActivityGroupRequest& request, View& view) {
  if (auto violations = CheckSize(request); !violations.empty()) return Invalid(std::move(violations));
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  Record record = *before;
  std::vector<std::pair<std::string, v1::Participant>> used;
  BB_RETURN_IF_ERROR(SetPeople(call, request, view, &record, &used));
  BB_ASSIGN_OR_RETURN(Decision decision, Stored<v1::UpdateActivityGroupResponse>(call, id, record, view));
  for (const auto& [member, participant] : used) decision.Put(Entities(), member, participant);
  return decision;
}

absl::StatusOr<Decision> RecordGroupMeeting(const Call& call, const v1::RecordGroupMeetingRequest& request, View& view) {
  if (!request.has_held_on() && !request.has_next()) return Invalid({{"held_on", "want a meeting that was held, or the next", "FIELD_REQUIRED"}});
  const std::string id = IdOf(request.name());
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(const Record* before, view.Get<Record>(id));
  std::vector<Violation> violations;
  const absl::CivilDay held = ToDay(request.held_on()), next = ToDay(request.next());
  if (request.has_held_on() && (held > today || held < ToDay(before->started_on()))) {
    violations.push_back({"held_on", "want a day not after today and not before the group was made", "BAD_DATE_ORDER"});
  }
  if (request.has_next() && (next < today || next > today + kNextAheadDays)) {
    violations.push_back({"next", absl::StrCat("want a day from today to ", kNextAheadDays, " days ahead")});
  }
  if (!violations.empty()) return Invalid(std::move(violations));
  Record record = *before;
  if (request.has_held_on()) {
    std::set<absl::CivilDay, std::greater<>> days = {held};
    for (const type::v1::Date& d : record.meetings()) days.insert(ToDay(d));
    record.clear_meetings();
    for (absl::CivilDay day : days) {
      if (record.meetings_size() < kMeetingsKept) *record.add_meetings() = ToDate(day);
    }
    if (record.has_next_meeting() && ToDay(record.next_meeting()) <= held) record.clear_next_meeting();
  }
  if (request.has_next()) *record.mutable_next_meeting() = request.next();
  return Stored<v1::RecordGroupMeetingResponse>(call, id, record, view);
}

absl::StatusOr<Decision> EndActivityGroup(const Call&, const v1::EndActivityGroupRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_RETURN_IF_ERROR(view.Get<Record>(id).status());
  Decision decision{v1::EndActivityGroupResponse()};
  decision.Delete("activity-group", id);
  return decision;
}

absl::StatusOr<Decision> ListActivityGroups(const Call& call, const v1::ListActivityGroupsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Record> page, view.Page<Record>("all", "", PageSize(request.page_size()), request.page_token()));
  v1::ListActivityGroupsResponse response;
  absl::Status missing;
  for (const auto& [id, record] : page.records) {
    BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Record>(id));
    absl::StatusOr<v1::ActivityGroup> shown = Shown(*record, id, etag, CopenhagenDay(call.now), view);
    missing.Update(shown.status());
    if (shown.ok()) *response.add_groups() = *std::move(shown);
  }
  BB_RETURN_IF_ERROR(missing);
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
