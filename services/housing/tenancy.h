// Tenancies. A citizen has at most one that has not ended, and none overlaps another; nor do two of one home.
#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "brobygger/housing/v1/tenancy.pb.h"
#include "services/housing/standing.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

// DOUBLE_BOOKED if a tenancy that begins on this day would overlap one of the citizen's, or another has not ended.
absl::Status CheckTenancy(const stored::Standing& standing, absl::CivilDay start);

// Writes the tenancy with its duty; the standing follows, for the caller to write.
void PutTenancy(const Call& call, const std::string& id, v1::Tenancy* tenancy, Dossier* dossier, Decision* decision);

// A tenancy with its house, if its home is one of the agency's. Copies, to be changed.
struct TenancyParts {
  static absl::StatusOr<TenancyParts> Read(View& view, const std::string& tenancy_id);  // two rounds
  std::string id;
  v1::Tenancy tenancy;
  std::string house_id;  // empty: the home is not the agency's
  stored::HouseRecord house;
  // Its home, if it is still this tenancy's.
  stored::Unit* unit();
};

// Ends it with this last day, which is not after today: its home is to be made ready.
absl::Status EndTenancyNow(const Call& call, absl::CivilDay last_day, v1::TenancyEnd reason, TenancyParts* parts, Dossier* dossier,
                           Decision* decision);

// The beginning of the day after the last, while notice is given; InfiniteFuture otherwise.
absl::Time EndsAt(const v1::Tenancy& tenancy);

absl::StatusOr<Decision> OpenTenancy(const Call& call, const v1::OpenTenancyRequest& request, View& view);
absl::StatusOr<Decision> EndTenancy(const Call& call, const v1::EndTenancyRequest& request, View& view);
absl::StatusOr<Decision> TakeBackNotice(const Call& call, const v1::TakeBackNoticeRequest& request, View& view);
absl::StatusOr<Decision> GetTenancy(const Call& call, const v1::GetTenancyRequest& request, View& view);
absl::StatusOr<Decision> ListTenancies(const Call& call, const v1::ListTenanciesRequest& request, View& view);
// OnDue: a last day that has passed.
absl::StatusOr<Decision> EndNoticed(const Call& call, const std::string& id, View& view);

}  // namespace brobygger::housing
