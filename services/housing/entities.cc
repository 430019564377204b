#include "services/housing/entities.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "brobygger/housing/v1/duty.pb.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/housing/appointment.h"
#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/eviction.h"
#include "services/housing/night.h"
#include "services/housing/offer.h"
#include "services/housing/referral.h"
#include "services/housing/support.h"
#include "services/housing/tenancy.h"
#include "services/housing/unit.h"
#include "services/runtime/rights.h"

namespace brobygger::housing {
namespace {

using Indexes = std::vector<IndexEntry>;

std::string Citizen(absl::string_view id) { return absl::StrCat("citizens/", id); }

// Whose records have a field for it.
template <class Record>
std::string OwnerOf(absl::string_view, const Record& record) {
  return record.citizen();
}

// Newest first, by citizen and by state.
template <class Record, class State>
Indexes ByCitizenAndState(const Record& record, State state) {
  const std::int64_t order = Milliseconds(record.create_time());
  return {{"by-citizen", IdOf(record.citizen()), order}, {"by-state", Word(state), order}};
}

Indexes ScreeningIndexes(absl::string_view, const v1::HomelessnessScreening& s) {
  const std::int64_t order = Milliseconds(s.create_time());
  Indexes out{{"by-citizen", IdOf(s.citizen()), order}};
  if (s.state() == v1::SCREENING_STATE_COMPLETED) out.push_back({"current-by-age", v1::AgeBand_Name(s.findings().age_band()), order});
  return out;
}

Indexes StandingIndexes(absl::string_view, const stored::Standing& s) {
  Indexes out;
  if (NeedsFollowUp(s)) out.push_back({"follow-up", "", Milliseconds(s.complete_time())});
  if (s.has_leaving_on()) out.push_back({"leaving", "", -DayNumber(s.leaving_on())});
  return out;
}

Indexes ReferralIndexes(absl::string_view, const v1::HousingReferral& r) {
  Indexes out = ByCitizenAndState(r, r.state());
  // The line: by the day of the referral. Within a day the random ids decide, which nobody chose.
  if (r.state() == v1::REFERRAL_STATE_WAITING) out.push_back({kWaitingIndex, Word(r.needs().requested_kind()), -DayNumber(r.submitted_on())});
  return out;
}

Indexes OfferIndexes(absl::string_view, const v1::HousingOffer& o) {
  Indexes out{{"by-citizen", IdOf(o.citizen()), Milliseconds(o.create_time())}};
  const type::v1::Date* last = LastDayOf(o);
  out.push_back({"by-state", Word(o.state()), last == nullptr ? Milliseconds(o.create_time()) : -DayNumber(*last)});
  return out;
}

Indexes EvictionIndexes(absl::string_view, const v1::EvictionPreventionCase& c) {
  const std::int64_t order = Milliseconds(c.create_time());
  const std::optional<absl::CivilDay> next = NextDate(c);
  return {{"by-citizen", IdOf(c.citizen()), order}, {"by-state", Word(c.stage()), next ? -DayNumber(ToDate(*next)) : order}};
}

Indexes DutyIndexes(absl::string_view, const v1::Duty& d) {
  const std::int64_t order = -DayNumber(d.due_on());
  return {{"all", "", order}, {"by-adviser", AdviserKey(d.adviser()), order}};
}

EntitySet Make() {
  return EntitySet({
      EntityOf<v1::HomelessnessScreening>("screening", {.owner = OwnerOf<v1::HomelessnessScreening>, .indexes = ScreeningIndexes}),
      EntityOf<stored::Standing>("standing", {.owner = [](absl::string_view id, const stored::Standing&) { return Citizen(id); },
                                              .indexes = StandingIndexes,
                                              .due = [](absl::string_view, const stored::Standing& s) { return PassesAt(s); }}),
      EntityOf<v1::HousingFile>("file", {.owner = [](absl::string_view id, const v1::HousingFile&) { return Citizen(id); }}),
      EntityOf<v1::HousingReferral>("referral", {.owner = OwnerOf<v1::HousingReferral>, .indexes = ReferralIndexes}),
      EntityOf<v1::HousingOffer>("offer", {.owner = OwnerOf<v1::HousingOffer>,
                                           .indexes = OfferIndexes,
                                           .due = [](absl::string_view, const v1::HousingOffer& o) { return LapsesAt(o); }}),
      EntityOf<v1::Tenancy>("tenancy",
                            {.owner = OwnerOf<v1::Tenancy>,
                             .indexes = [](absl::string_view, const v1::Tenancy& t) { return ByCitizenAndState(t, t.status()); },
                             .due = [](absl::string_view, const v1::Tenancy& t) { return EndsAt(t); }}),
      EntityOf<v1::EvictionPreventionCase>("eviction-case", {.owner = OwnerOf<v1::EvictionPreventionCase>, .indexes = EvictionIndexes}),
      EntityOf<v1::SupportEpisode>("support",
                                   {.owner = OwnerOf<v1::SupportEpisode>,
                                    .indexes = [](absl::string_view, const v1::SupportEpisode& s) { return ByCitizenAndState(s, s.state()); },
                                    .due = [](absl::string_view, const v1::SupportEpisode& s) { return BeginsAt(s); }}),
      EntityOf<v1::ShelterStay>("shelter-stay",
                                {.owner = OwnerOf<v1::ShelterStay>,
                                 .indexes = [](absl::string_view, const v1::ShelterStay& s) { return ByCitizenAndState(s, s.state()); }}),
      StatementEntity(),
      EntityOf<v1::Duty>("duty", {.owner = OwnerOf<v1::Duty>, .indexes = DutyIndexes}),
      EntityOf<stored::HouseRecord>("house", {.indexes = [](absl::string_view, const stored::HouseRecord&) { return Indexes{{"all", "", 0}}; },
                                              .due = [](absl::string_view, const stored::HouseRecord& h) { return NextRelease(h); }}),
      EntityOf<stored::Night>("night", {.indexes =
                                            [](absl::string_view, const stored::Night& n) {
                                              return Indexes{{"by-day", DayId(ToDay(n.places().date())), 0}};
                                            },
                                        .due = [](absl::string_view, const stored::Night& n) { return SlipsForgottenAt(n); }}),
      EntityOf<stored::BoardYear>("board-year", {}),
  });
}

}  // namespace

const EntitySet& Entities() {
  static const EntitySet* const entities = new EntitySet(Make());
  return *entities;
}

bool NeedsFollowUp(const stored::Standing& standing) {
  const bool calls_for_it = standing.result() == v1::SCREENING_RESULT_HOMELESS || standing.result() == v1::SCREENING_RESULT_AT_RISK;
  return calls_for_it && !standing.has_next_appointment();
}

std::string DayId(absl::CivilDay day) { return absl::StrFormat("%04d%02d%02d", day.year(), day.month(), day.day()); }

std::string IdOf(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace brobygger::housing
