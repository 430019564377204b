#include "services/clinic/contact.h"

#include <algorithm>

#include "services/clinic/common.h"
#include "services/clinic/file.h"

namespace brobygger::clinic {
namespace {

constexpr char kPlural[] = "nurseContacts";
constexpr int kBackDays = 31;
// More days agreed ahead with one citizen are a mistake.
constexpr int kMaxFollowUps = 100;

// `written`: the day on which the contact was written down first.
absl::Status CheckContent(const v1::NurseContactContent& content, absl::CivilDay written, absl::CivilDay today) {
  BB_RETURN_IF_ERROR(CheckDay("content.date", content.date(), written - kBackDays, written,
                              "want a day from 31 days before it was written down to that day"));
  if (!content.has_follow_up_on()) return absl::OkStatus();
  return CheckDay("content.follow_up_on", content.follow_up_on(), ToDay(content.date()) + 1, today + kAheadDays,
                  "want a day after the contact and within 366 days");
}

// What the standing knows of the contact is what it says now.
absl::Status SetFollowUp(const std::string& id, const v1::NurseContactContent& content, absl::CivilDay today, stored::Standing* standing) {
  auto* all = standing->mutable_follow_ups();
  all->erase(std::remove_if(all->begin(), all->end(), [&](const auto& f) { return f.id() == id; }), all->end());
  if (!content.has_follow_up_on() || ToDay(content.follow_up_on()) < today) return absl::OkStatus();
  if (all->size() >= kMaxFollowUps) return Invalid({{"content.follow_up_on", "want at most 100 days agreed ahead with one citizen", "OUT_OF_RANGE"}});
  stored::FollowUp* follow_up = all->Add();
  follow_up->set_id(id);
  follow_up->set_kind(content.kind());
  *follow_up->mutable_on() = content.follow_up_on();
  return absl::OkStatus();
}

// Writes the contact and, where it has a citizen, the standing with the file.
template <class Response>
absl::StatusOr<Decision> PutContact(const Call& call, View& view, const std::string& id, const v1::NurseContact& contact) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  Decision decision;
  if (!contact.citizen().empty()) {
    const std::string citizen = IdOf(contact.citizen());
    BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, citizen));
    BB_RETURN_IF_ERROR(SetFollowUp(id, contact.content(), today, &standing));
    WriteStanding(citizen, standing, today, &decision);
  }
  Response response;
  BB_ASSIGN_OR_RETURN(*response.mutable_contact(), PutRecord(call, view, kPlural, id, contact, &decision));
  decision.Answer(response);
  return decision;
}

}  // namespace

absl::StatusOr<Decision> RecordNurseContact(const Call& call, const v1::RecordNurseContactRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_RETURN_IF_ERROR(CheckContent(request.content(), today, today));
  v1::NurseContact contact;
  Begin(call, request.citizen(), &contact);
  *contact.mutable_content() = request.content();
  return PutContact<v1::RecordNurseContactResponse>(call, view, call.NewId(), contact);
}

absl::StatusOr<Decision> CorrectNurseContact(const Call& call, const v1::CorrectNurseContactRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::NurseContact* before, view.Get<v1::NurseContact>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<v1::NurseContact>(id));
  if (request.etag() != etag) return EtagMismatch();
  const absl::CivilDay written = CopenhagenDay(absl::FromUnixMillis(Milliseconds(before->create_time())));
  BB_RETURN_IF_ERROR(CheckContent(request.content(), written, CopenhagenDay(call.now)));
  v1::NurseContact contact = *before;
  *contact.mutable_content() = request.content();
  return PutContact<v1::CorrectNurseContactResponse>(call, view, id, contact);
}

absl::StatusOr<Decision> GetNurseContact(const Call&, const v1::GetNurseContactRequest& request, View& view) {
  v1::GetNurseContactResponse response;
  BB_ASSIGN_OR_RETURN(*response.mutable_contact(), ShownRecord<v1::NurseContact>(view, kPlural, IdOf(request.name())));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListNurseContacts(const Call&, const v1::ListNurseContactsRequest& request, View& view) {
  if (!request.citizen().empty() && request.has_follow_up_on()) {
    return Invalid({{"follow_up_on", "want at most one of citizen and follow_up_on"}});
  }
  std::string index = "all", value;
  if (!request.citizen().empty()) {
    index = "by-citizen";
    value = IdOf(request.citizen());
  } else if (request.has_follow_up_on()) {
    index = "follow-up";
    value = DayId(request.follow_up_on());
  }
  v1::ListNurseContactsResponse response;
  BB_RETURN_IF_ERROR(ShowPage(view, index, value, request, kPlural, response.mutable_contacts(), response.mutable_next_page_token()));
  return Decision(std::move(response));
}

}  // namespace brobygger::clinic
