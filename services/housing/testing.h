// Calls and asking, for the pure tests of housing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/housing/v1/duty.pb.h"
#include "brobygger/housing/v1/event.pb.h"
#include "brobygger/housing/v1/house_requests.pb.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/offer_requests.pb.h"
#include "brobygger/housing/v1/referral_requests.pb.h"
#include "brobygger/housing/v1/screening_requests.pb.h"
#include "brobygger/housing/v1/tenancy.pb.h"
#include "brobygger/housing/v1/unit_requests.pb.h"
#include "services/housing/entities.h"
#include "services/housing/service.h"
#include "services/runtime/civil.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger::housing {

inline absl::Time Noon(absl::CivilDay day = absl::CivilDay(2026, 11, 21)) { return StartOfDay(day) + absl::Hours(12); }

inline type::v1::Date Day(int year, int month, int day) { return ToDate(absl::CivilDay(year, month, day)); }

inline const std::string& CitizenId() {
  static const std::string* const id = new std::string(26, 'c');
  return *id;
}

// Answers that can be completed: homeless, 24 years old.
inline v1::ScreeningAnswers Complete() {
  v1::ScreeningAnswers answers;
  *answers.mutable_screened_on() = Day(2026, 11, 21);
  *answers.mutable_birth_date() = Day(2001, 11, 22);
  answers.set_living_situation(v1::LIVING_SITUATION_WITH_OTHERS);
  answers.set_since_band(v1::SITUATION_SINCE_1_TO_6_MONTHS);
  answers.add_risk_flags(v1::RISK_FLAG_LOST_TEMPORARY_STAY);
  answers.set_preference(v1::HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON);
  return answers;
}

// One housing agency in memory, asked as the runtime would ask it.
class Office {
 public:
  Office() : store(&Entities()) {
    for (const Module& m : HousingModules()) {
      handlers_.insert(m.handlers.begin(), m.handlers.end());
      on_due_.insert(m.on_due.begin(), m.on_due.end());
    }
  }

  Call NewCall(absl::Time at) {
    Call call;
    call.agency = *AgencyId::Parse("agencies/boligenheden");
    call.person = *PersonId::Parse(adviser);
    call.roles = {type::v1::ROLE_HOUSING_ADVISER};
    call.now = at;
    call.seed = absl::StrCat("seed-", ++calls_, std::string(20, 'x'));
    call.presence = presence;
    return call;
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request, absl::Time at = Noon()) {
    return store.Ask<Response>(handlers_.at(method), NewCall(at), request);
  }
  // Everything whose time has come, as the timer would.
  void RunDue(absl::Time at) {
    for (const auto& [kind, id] : store.Due(at)) {
      auto it = on_due_.find(kind);
      ASSERT_NE(it, on_due_.end()) << kind;
      Call call = NewCall(at);
      call.person = PersonId();  // nobody
      call.presence.reset();
      const absl::Status done = store.RunDue(it->second, call, id);
      EXPECT_TRUE(done.ok()) << kind << " " << done;
    }
  }
  absl::StatusOr<v1::HomelessnessScreening> Create(const v1::ScreeningAnswers& answers, const std::string& citizen = CitizenId(),
                                                   absl::Time at = Noon()) {
    v1::CreateScreeningRequest request;
    request.set_citizen("citizens/" + citizen);
    *request.mutable_answers() = answers;
    BB_ASSIGN_OR_RETURN(v1::CreateScreeningResponse response, Ask<v1::CreateScreeningResponse>("CreateScreening", request, at));
    return response.screening();
  }
  absl::StatusOr<v1::CompleteScreeningResponse> Finish(const v1::HomelessnessScreening& screening, absl::Time at = Noon()) {
    v1::CompleteScreeningRequest request;
    request.set_name(screening.name());
    request.set_etag(screening.etag());
    return Ask<v1::CompleteScreeningResponse>("CompleteScreening", request, at);
  }
  absl::StatusOr<v1::CompleteScreeningResponse> CreateAndFinish(const v1::ScreeningAnswers& answers, const std::string& citizen = CitizenId(),
                                                                absl::Time at = Noon()) {
    BB_ASSIGN_OR_RETURN(const v1::HomelessnessScreening screening, Create(answers, citizen, at));
    return Finish(screening, at);
  }
  absl::StatusOr<v1::SetNextAppointmentResponse> Appoint(type::v1::Date date, const std::string& citizen = CitizenId(), absl::Time at = Noon()) {
    v1::SetNextAppointmentRequest request;
    request.set_citizen("citizens/" + citizen);
    *request.mutable_appointment()->mutable_date() = date;
    request.mutable_appointment()->set_start_minute(10 * 60);
    request.mutable_appointment()->set_place(v1::APPOINTMENT_PLACE_DROP_IN_CENTRE);
    return Ask<v1::SetNextAppointmentResponse>("SetNextAppointment", request, at);
  }


  // --- homes ---
  // As the documents have it: 15 crooked homes, three floors of five.
  void AddPerron4() {
    v1::RegisterHouseRequest request;
    request.set_slug("perron-4");
    request.set_display_name("Perron 4");
    request.set_kind(v1::UNIT_KIND_CROOKED_HOME);
    request.set_floors(3);
    request.set_flats_per_floor(5);
    request.set_rooms(1);
    request.set_kitchenette(true);
    request.set_bathroom(true);
    for (auto r : {v1::SHARED_ROOM_LAUNDRY, v1::SHARED_ROOM_STORAGE, v1::SHARED_ROOM_ROOF_TERRACE}) request.add_shared_rooms(r);
    auto made = Ask<v1::RegisterHouseResponse>("RegisterHouse", request);
    ASSERT_TRUE(made.ok()) << made.status();
  }
  v1::UnitState StateOfUnit(const std::string& code) const {
    for (const stored::Unit& u : store.Find<stored::HouseRecord>("perron-4")->units()) {
      if (u.code() == code) return u.state();
    }
    return v1::UNIT_STATE_UNSPECIFIED;
  }

  // --- from the referral to the home ---
  absl::StatusOr<v1::HousingReferral> Submit(const std::string& citizen = CitizenId(), absl::Time at = Noon(),
                                             v1::SupportNeed need = v1::SUPPORT_NEED_LIMITED) {
    v1::SubmitHousingReferralRequest request;
    request.set_citizen("citizens/" + citizen);
    request.mutable_needs()->set_requested_kind(v1::UNIT_KIND_CROOKED_HOME);
    request.mutable_needs()->set_homeless(true);
    request.mutable_needs()->set_substance_use(v1::SELF_DECLARED_NOT_SAID);
    request.mutable_needs()->set_support_need(need);
    BB_ASSIGN_OR_RETURN(const v1::SubmitHousingReferralResponse response, Ask<v1::SubmitHousingReferralResponse>("SubmitHousingReferral", request, at));
    return response.referral();
  }
  absl::StatusOr<v1::HousingReferral> Assess(const v1::HousingReferral& referral, absl::Time at = Noon()) {
    v1::AssessHousingReferralRequest request;
    request.set_name(referral.name());
    request.set_etag(referral.etag());
    BB_ASSIGN_OR_RETURN(const v1::AssessHousingReferralResponse response, Ask<v1::AssessHousingReferralResponse>("AssessHousingReferral", request, at));
    return response.referral();
  }
  absl::StatusOr<v1::HousingReferral> Join(const std::string& referral, absl::Time at = Noon()) {
    v1::JoinWaitingListRequest request;
    request.set_name(referral);
    BB_ASSIGN_OR_RETURN(const v1::JoinWaitingListResponse response, Ask<v1::JoinWaitingListResponse>("JoinWaitingList", request, at));
    return response.referral();
  }
  // In the line: the referral's name.
  std::string Wait(const std::string& citizen = CitizenId(), absl::Time at = Noon()) {
    auto referral = Submit(citizen, at);
    EXPECT_TRUE(referral.ok()) << referral.status();
    referral = Assess(*referral, at);
    EXPECT_TRUE(referral.ok()) << referral.status();
    referral = Join(referral->name(), at);
    EXPECT_TRUE(referral.ok()) << referral.status();
    return referral.ok() ? referral->name() : "";
  }
  v1::ReferralState StateOfReferral(const std::string& name) const { return store.Find<v1::HousingReferral>(IdOf(name))->state(); }
  absl::StatusOr<v1::HousingOffer> Offer(const std::string& referral, const std::string& code = "2-4", absl::Time at = Noon(),
                                         v1::OutOfOrderReason reason = v1::OUT_OF_ORDER_REASON_UNSPECIFIED) {
    v1::OfferUnitRequest request;
    request.set_referral(referral);
    request.set_unit("houses/perron-4/units/" + code);
    request.set_out_of_order(reason);
    BB_ASSIGN_OR_RETURN(const v1::OfferUnitResponse response, Ask<v1::OfferUnitResponse>("OfferUnit", request, at));
    return response.offer();
  }
  absl::StatusOr<v1::HousingOffer> Accept(const std::string& offer, absl::Time at = Noon()) {
    v1::AcceptOfferRequest request;
    request.set_name(offer);
    BB_ASSIGN_OR_RETURN(const v1::AcceptOfferResponse response, Ask<v1::AcceptOfferResponse>("AcceptOffer", request, at));
    return response.offer();
  }
  absl::StatusOr<v1::HousingOffer> Decline(const std::string& offer, absl::Time at = Noon()) {
    v1::DeclineOfferRequest request;
    request.set_name(offer);
    BB_ASSIGN_OR_RETURN(const v1::DeclineOfferResponse response, Ask<v1::DeclineOfferResponse>("DeclineOffer", request, at));
    return response.offer();
  }
  absl::StatusOr<v1::Tenancy> MoveIn(const std::string& offer, absl::CivilDay start = absl::CivilDay(2026, 11, 21), absl::Time at = Noon()) {
    v1::RecordMoveInRequest request;
    request.set_offer(offer);
    *request.mutable_start() = ToDate(start);
    BB_ASSIGN_OR_RETURN(const v1::RecordMoveInResponse response, Ask<v1::RecordMoveInResponse>("RecordMoveIn", request, at));
    return response.tenancy();
  }
  // In the home: the tenancy. The house has to be there.
  v1::Tenancy House(const std::string& citizen = CitizenId(), const std::string& code = "2-4") {
    auto offer = Offer(Wait(citizen), code);
    EXPECT_TRUE(offer.ok()) << offer.status();
    EXPECT_TRUE(Accept(offer->name()).ok());
    auto tenancy = MoveIn(offer->name());
    EXPECT_TRUE(tenancy.ok()) << tenancy.status();
    return tenancy.value_or(v1::Tenancy());
  }
  absl::StatusOr<v1::Tenancy> GiveNotice(const std::string& tenancy, absl::CivilDay last_day, absl::Time at = Noon()) {
    v1::EndTenancyRequest request;
    request.set_name(tenancy);
    *request.mutable_last_day() = ToDate(last_day);
    request.set_reason(v1::TENANCY_END_OTHER_HOME);
    BB_ASSIGN_OR_RETURN(const v1::EndTenancyResponse response, Ask<v1::EndTenancyResponse>("EndTenancy", request, at));
    return response.tenancy();
  }

  // --- the due list ---
  std::vector<v1::Duty> Duties(bool mine = false) {
    v1::ListDutiesRequest request;
    request.set_mine(mine);
    auto listed = Ask<v1::ListDutiesResponse>("ListDuties", request);
    EXPECT_TRUE(listed.ok()) << listed.status();
    if (!listed.ok()) return {};
    return {listed->duties().begin(), listed->duties().end()};
  }
  // In the order of the list.
  std::vector<v1::DutyReason> Reasons() {
    std::vector<v1::DutyReason> out;
    for (const v1::Duty& d : Duties()) out.push_back(d.reason());
    return out;
  }
  // What went into the outbox, in order.
  std::vector<v1::HousingEventType> Events() const {
    std::vector<v1::HousingEventType> out;
    for (const auto& e : store.events()) out.push_back(static_cast<const v1::HousingEvent&>(*e).type());
    return out;
  }

  // As the runtime has verified it.
  std::optional<type::v1::PresenceStatement> presence = [] {
    type::v1::PresenceStatement p;
    p.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    return p;
  }();
  // Whoever is signed in.
  std::string adviser = "br";
  testing::MemoryStore store;

 private:
  std::map<std::string, Handler> handlers_;
  std::map<std::string, OnDue> on_due_;
  int calls_ = 0;
};

}  // namespace brobygger::housing
