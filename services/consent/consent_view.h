// What one agency, or the citizen, may see of a consent. Pure.
//
//   draft, declined          only the agency that wrote it down
//   given (whatever became of it)   holder and recipient
//   a request                only the citizen
//   own words                the holder and the citizen, never the recipient
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "brobygger/consent/v1/consent.pb.h"
#include "brobygger/consent/v1/consent_asking.pb.h"
#include "services/consent/lifecycle.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/policy.h"

namespace brobygger::consent {

// Who reads.
struct Viewer {
  std::string agency;     // "agencies/…"; empty under the citizen's own login
  bool citizen = false;   // reads in the citizen's name: all consents, under the citizen's own names
  std::string reference;  // "citizens/…" to show; empty: the one that the consent knows for the agency
};

// Holder, recipient and who wrote it down; each once.
std::vector<std::string> PartiesOf(const records::ConsentRecord& record);
bool VisibleTo(const records::ConsentRecord& record, absl::string_view agency);
// ACTIVE and past its end.
bool IsExpired(const records::ConsentRecord& record, absl::Time now);
// How it stands now: what lifecycle.h judges by.
Standing StandingOf(const records::ConsentRecord& record, absl::Time now);

// A draft that nobody has answered for so long disappears by itself. Requests stay: the citizen answers them or not.
inline constexpr absl::Duration kDraftLife = absl::Hours(24 * 30);
absl::Time LapsesAt(const records::ConsentRecord& record);  // InfiniteFuture: never
// As good as gone, also before its time has been noticed.
bool IsLapsed(const records::ConsentRecord& record, absl::Time now);

std::string PartyValue(absl::string_view subject, absl::string_view agency);
std::string PeaceValue(absl::string_view subject, absl::string_view recipient, absl::string_view holder, type::v1::Purpose purpose);

CategoryMask MaskOf(const google::protobuf::RepeatedField<int>& categories);
v1::Arrow ArrowOf(const records::ConsentRecord& record);

v1::Consent ToConsent(absl::string_view handle_key, absl::string_view id, const records::ConsentRecord& record, const Viewer& viewer,
                      absl::Time now);
v1::ConsentRequest ToRequest(absl::string_view handle_key, absl::string_view id, const records::ConsentRecord& record);

}  // namespace brobygger::consent
