// What the clinic does for somebody, with a name or without.
#pragma once

#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::clinic {

absl::StatusOr<Decision> RecordNurseContact(const Call& call, const v1::RecordNurseContactRequest& request, View& view);
absl::StatusOr<Decision> CorrectNurseContact(const Call& call, const v1::CorrectNurseContactRequest& request, View& view);
absl::StatusOr<Decision> GetNurseContact(const Call& call, const v1::GetNurseContactRequest& request, View& view);
absl::StatusOr<Decision> ListNurseContacts(const Call& call, const v1::ListNurseContactsRequest& request, View& view);

}  // namespace brobygger::clinic
