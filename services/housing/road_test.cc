// Housing as it runs: gRPC over mutual TLS, tokens, a real Redis. The consent service is down all the while.
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/housing/v1/duty.pb.h"
#include "brobygger/housing/v1/eviction_requests.pb.h"
#include "brobygger/housing/v1/house_requests.pb.h"
#include "brobygger/housing/v1/housing_service.pb.h"
#include "brobygger/housing/v1/offer_requests.pb.h"
#include "brobygger/housing/v1/referral_requests.pb.h"
#include "brobygger/housing/v1/screening_requests.pb.h"
#include "brobygger/housing/v1/shelter.pb.h"
#include "brobygger/housing/v1/support_requests.pb.h"
#include "brobygger/housing/v1/tenancy.pb.h"
#include "services/housing/service.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"
#include "services/runtime/door.h"
#include "services/runtime/runtime.h"
#include "services/runtime/testing/world.h"

namespace brobygger::housing {
namespace {

constexpr char kDirectory[] = R"pb(
  agencies { name: "agencies/boligenhed" kind: AGENCY_KIND_HOUSING_UNIT doors { service: "brobygger.housing.v1.HousingService" peer: "housing" } }
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE }
)pb";

class HousingRoad : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::World(kDirectory);
    ServiceSpec spec;
    spec.name = "housing";
    spec.modules = HousingModules();
    runtime::ServiceConfig config = world_->Config("housing");
    config.mutable_consent()->set_target("127.0.0.1:1");
    config.mutable_consent()->set_name("consent");
    auto runtime = Runtime::Create(config, spec);
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = runtime->release();
    ASSERT_TRUE(AttachDoor(*runtime_).ok());
    const absl::Status started = runtime_->Start();
    ASSERT_TRUE(started.ok()) << started;
    gateway_ = world_->Client("gateway", "housing", runtime_->port()).release();
  }
  static void TearDownTestSuite() {
    delete gateway_;
    delete runtime_;
    delete world_;
  }
  template <class Response>
  static absl::StatusOr<Response> Ask(const std::string& method, const Message& request, const std::string& role = "HOUSING_ADVISER",
                                      const std::string& agency = "agencies/boligenhed") {
    Response response;
    const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.housing.v1.HousingService/", method), request, &response,
                                         testing::Bearer(world_->issuer.Staff(agency, role)));
    if (!s.ok()) return s;
    return response;
  }
  // Of one of the other services.
  template <class Response>
  static absl::StatusOr<Response> AskAt(const std::string& path, const Message& request, const std::string& role = "HOUSING_ADVISER") {
    Response response;
    const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.housing.v1.", path), request, &response,
                                         testing::Bearer(world_->issuer.Staff("agencies/boligenhed", role)));
    if (!s.ok()) return s;
    return response;
  }
  // A new citizen in the line for a crooked home: the referral's name.
  static std::string Waiting() {
    v1::SubmitHousingReferralRequest submit;
    submit.set_citizen("citizens/" + crypto::NewId());
    Present(submit.mutable_presence());
    submit.mutable_needs()->set_requested_kind(v1::UNIT_KIND_CROOKED_HOME);
    submit.mutable_needs()->set_homeless(true);
    submit.mutable_needs()->set_substance_use(v1::SELF_DECLARED_NOT_SAID);
    submit.mutable_needs()->set_support_need(v1::SUPPORT_NEED_LIMITED);
    submit.set_request_id(crypto::NewId());
    auto submitted = AskAt<v1::SubmitHousingReferralResponse>("AllocationService/SubmitHousingReferral", submit);
    EXPECT_TRUE(submitted.ok()) << submitted.status();
    if (!submitted.ok()) return "";
    v1::AssessHousingReferralRequest assess;
    assess.set_name(submitted->referral().name());
    assess.set_etag(submitted->referral().etag());
    assess.set_request_id(crypto::NewId());
    auto assessed = AskAt<v1::AssessHousingReferralResponse>("AllocationService/AssessHousingReferral", assess);
    EXPECT_TRUE(assessed.ok()) << assessed.status();
    v1::JoinWaitingListRequest join;
    join.set_name(assess.name());
    Present(join.mutable_presence());
    join.set_request_id(crypto::NewId());
    auto joined = AskAt<v1::JoinWaitingListResponse>("AllocationService/JoinWaitingList", join);
    EXPECT_TRUE(joined.ok()) << joined.status();
    return assess.name();
  }
  static void Present(type::v1::Presence* presence) {
    presence->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    presence->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  }
  static v1::CreateScreeningRequest NewScreening(const std::string& citizen) {
    v1::CreateScreeningRequest request;
    request.set_citizen(citizen);
    Present(request.mutable_presence());
    v1::ScreeningAnswers* a = request.mutable_answers();
    *a->mutable_screened_on() = ToDate(CopenhagenDay(absl::Now()));
    a->set_stated_age_band(v1::AGE_BAND_UNDER_25);
    a->set_living_situation(v1::LIVING_SITUATION_WITH_OTHERS);
    a->set_since_band(v1::SITUATION_SINCE_1_TO_6_MONTHS);
    a->add_risk_flags(v1::RISK_FLAG_NONE);
    a->set_preference(v1::HOUSING_PREFERENCE_OWN_HOME_WITH_SUPPORT_PERSON);
    request.set_request_id(crypto::NewId());
    return request;
  }
  static v1::HomelessnessScreening Create(const std::string& citizen) {
    auto created = Ask<v1::CreateScreeningResponse>("CreateScreening", NewScreening(citizen));
    EXPECT_TRUE(created.ok()) << created.status();
    return created.ok() ? created->screening() : v1::HomelessnessScreening();
  }
  static absl::StatusOr<v1::CompleteScreeningResponse> Complete(const v1::HomelessnessScreening& screening) {
    v1::CompleteScreeningRequest request;
    request.set_name(screening.name());
    request.set_etag(screening.etag());
    Present(request.mutable_presence());
    request.set_request_id(crypto::NewId());
    return Ask<v1::CompleteScreeningResponse>("CompleteScreening", request);
  }

  static testing::World* world_;
  static Runtime* runtime_;
  static RpcClient* gateway_;
};
testing::World* HousingRoad::world_ = nullptr;
Runtime* HousingRoad::runtime_ = nullptr;
RpcClient* HousingRoad::gateway_ = nullptr;

// Two advisers complete a screening of one citizen at the same moment: one of the two becomes the current one.
TEST_F(HousingRoad, OneCurrentScreeningAlsoAtTheSameMoment) {
  for (int round = 0; round < 20; ++round) {
    const std::string citizen = "citizens/" + crypto::NewId();
    const v1::HomelessnessScreening drafts[2] = {Create(citizen), Create(citizen)};
    std::atomic<int> completed{0};
    std::vector<std::thread> advisers;
    for (const v1::HomelessnessScreening& draft : drafts) {
      advisers.emplace_back([&completed, &draft] {
        auto done = Complete(draft);
        EXPECT_TRUE(done.ok()) << done.status();
        completed += done.ok();
      });
    }
    for (std::thread& t : advisers) t.join();
    EXPECT_EQ(completed, 2);
    v1::ListScreeningsRequest list;
    list.set_citizen(citizen);
    auto listed = Ask<v1::ListScreeningsResponse>("ListScreenings", list);
    ASSERT_TRUE(listed.ok()) << listed.status();
    std::map<v1::ScreeningState, int> states;
    for (const v1::HomelessnessScreening& s : listed->screenings()) ++states[s.state()];
    EXPECT_EQ(states, (std::map<v1::ScreeningState, int>{{v1::SCREENING_STATE_COMPLETED, 1}, {v1::SCREENING_STATE_SUPERSEDED, 1}}));
  }
}

// D6 on the wire: the door of home 2-4, what is due, and who may not ask.
TEST_F(HousingRoad, FromTheLineIntoTheHome) {
  v1::RegisterHouseRequest house;
  house.set_slug("sidegaden");
  house.set_display_name("Sidegaden");
  house.set_kind(v1::UNIT_KIND_CROOKED_HOME);
  house.set_floors(3);
  house.set_flats_per_floor(5);
  house.set_rooms(1);
  house.set_request_id(crypto::NewId());
  ASSERT_TRUE(AskAt<v1::RegisterHouseResponse>("HomesService/RegisterHouse", house, "LEADER").ok());
  v1::AddUnitRequest sixteenth;
  sixteenth.set_house("houses/sidegaden");
  sixteenth.set_unit_code("3-6");
  sixteenth.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(AskAt<v1::AddUnitResponse>("HomesService/AddUnit", sixteenth).status()), "CAPACITY_FULL");

  v1::OfferUnitRequest offer;
  offer.set_referral(Waiting());
  offer.set_unit("houses/sidegaden/units/2-4");
  offer.set_out_of_order(v1::OUT_OF_ORDER_REASON_ROOF_IS_LOST_WITHIN_A_MONTH);
  offer.set_request_id(crypto::NewId());
  auto offered = AskAt<v1::OfferUnitResponse>("AllocationService/OfferUnit", offer);
  ASSERT_TRUE(offered.ok()) << offered.status();
  auto again = AskAt<v1::OfferUnitResponse>("AllocationService/OfferUnit", offer);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->offer().name(), offered->offer().name()) << "sent twice, done once";
  v1::AcceptOfferRequest accept;
  accept.set_name(offered->offer().name());
  accept.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(AskAt<v1::AcceptOfferResponse>("AllocationService/AcceptOffer", accept).status()), "FIELD_REQUIRED") << "without the citizen";
  Present(accept.mutable_presence());
  ASSERT_TRUE(AskAt<v1::AcceptOfferResponse>("AllocationService/AcceptOffer", accept).ok());
  v1::ListDutiesRequest list;
  auto duties = AskAt<v1::ListDutiesResponse>("SupportService/ListDuties", list);
  ASSERT_TRUE(duties.ok()) << duties.status();
  bool due = false;
  for (const v1::Duty& d : duties->duties()) due |= d.about() == accept.name() && d.reason() == v1::DUTY_REASON_MOVE_IN;
  EXPECT_TRUE(due);
  v1::RecordMoveInRequest move;
  move.set_offer(accept.name());
  *move.mutable_start() = ToDate(CopenhagenDay(absl::Now()));
  move.set_request_id(crypto::NewId());
  auto moved = AskAt<v1::RecordMoveInResponse>("AllocationService/RecordMoveIn", move);
  ASSERT_TRUE(moved.ok()) << moved.status();
  v1::GetTenancyRequest get;
  get.set_name(moved->tenancy().name());
  EXPECT_TRUE(AskAt<v1::GetTenancyResponse>("AllocationService/GetTenancy", get).ok());
  for (const char* role : {"USER_VOLUNTEER", "LEADER", "DROPIN_STAFF"}) {
    EXPECT_EQ(ReasonOf(AskAt<v1::GetTenancyResponse>("AllocationService/GetTenancy", get, role).status()), "ROLE_NOT_ALLOWED") << role;
  }
  auto capacity = AskAt<v1::GetCapacityResponse>("HomesService/GetCapacity", v1::GetCapacityRequest(), "USER_VOLUNTEER");
  ASSERT_TRUE(capacity.ok()) << capacity.status();
  for (const v1::CapacityLine& line : capacity->houses()) {
    if (line.house() == "houses/sidegaden") {
      EXPECT_EQ(line.occupied(), 1);
      EXPECT_EQ(line.total(), 15);
    }
  }
  v1::StartSupportEpisodeRequest support;
  support.set_citizen(moved->tenancy().citizen());
  Present(support.mutable_presence());
  support.set_method(v1::SUPPORT_METHOD_CTI);
  *support.mutable_start() = move.start();
  support.set_request_id(crypto::NewId());
  auto started = AskAt<v1::StartSupportEpisodeResponse>("SupportService/StartSupportEpisode", support);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->episode().phase(), v1::CTI_PHASE_TRANSITION);
  v1::OpenEvictionCaseRequest eviction;
  eviction.set_citizen(moved->tenancy().citizen());
  eviction.set_tenancy(moved->tenancy().name());
  eviction.set_received_from(v1::EVICTION_SOURCE_HOUSING_ASSOCIATION);
  eviction.set_stage(v1::EVICTION_STAGE_TERMINATION);
  *eviction.mutable_next_step_on() = move.start();
  eviction.set_request_id(crypto::NewId());
  for (int arrears : {-1, 1000000}) {
    eviction.set_arrears_dkk(arrears);
    EXPECT_EQ(ReasonOf(AskAt<v1::OpenEvictionCaseResponse>("SupportService/OpenEvictionCase", eviction).status()), "OUT_OF_RANGE") << arrears;
  }
  eviction.set_arrears_dkk(999999);
  auto opened = AskAt<v1::OpenEvictionCaseResponse>("SupportService/OpenEvictionCase", eviction);
  ASSERT_TRUE(opened.ok()) << opened.status();
  v1::CheckInToShelterRequest shelter;
  shelter.set_citizen(moved->tenancy().citizen());
  Present(shelter.mutable_presence());
  *shelter.mutable_check_in() = move.start();
  shelter.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(AskAt<v1::CheckInToShelterResponse>("SupportService/CheckInToShelter", shelter).status()), "FIELD_REQUIRED")
      << "the shelter's leader decides";
}

// Two people are offered one home at the same moment: one wins, and the other still stands in the line.
TEST_F(HousingRoad, OneHomeIsOfferedOnceAlsoAtTheSameMoment) {
  v1::RegisterHouseRequest house;
  house.set_slug("perron-4");
  house.set_display_name("Perron 4");
  house.set_kind(v1::UNIT_KIND_CROOKED_HOME);
  house.set_floors(3);
  house.set_flats_per_floor(5);
  house.set_rooms(1);
  house.set_request_id(crypto::NewId());
  auto registered = AskAt<v1::RegisterHouseResponse>("HomesService/RegisterHouse", house);
  ASSERT_TRUE(registered.ok()) << registered.status();
  ASSERT_EQ(registered->house().units_size(), 15);
  for (int round = 0; round < 10; ++round) {
    const std::string referrals[2] = {Waiting(), Waiting()};
    absl::StatusOr<v1::OfferUnitResponse> offers[2];
    std::vector<std::thread> advisers;
    for (int i = 0; i < 2; ++i) {
      advisers.emplace_back([&offers, &referrals, i] {
        v1::OfferUnitRequest offer;
        offer.set_referral(referrals[i]);
        offer.set_unit("houses/perron-4/units/2-4");
        offer.set_out_of_order(v1::OUT_OF_ORDER_REASON_WHO_IS_FIRST_ASKED_TO_WAIT);
        offer.set_request_id(crypto::NewId());
        offers[i] = AskAt<v1::OfferUnitResponse>("AllocationService/OfferUnit", offer);
      });
    }
    for (std::thread& t : advisers) t.join();
    ASSERT_NE(offers[0].ok(), offers[1].ok()) << offers[0].status() << " " << offers[1].status();
    const int winner = offers[0].ok() ? 0 : 1;
    EXPECT_EQ(ReasonOf(offers[1 - winner].status()), "WRONG_STATE");
    v1::GetHousingReferralRequest get;
    get.set_name(referrals[1 - winner]);
    auto loser = AskAt<v1::GetHousingReferralResponse>("AllocationService/GetHousingReferral", get);
    ASSERT_TRUE(loser.ok()) << loser.status();
    EXPECT_EQ(loser->referral().state(), v1::REFERRAL_STATE_WAITING);
    v1::DeclineOfferRequest decline;
    decline.set_name(offers[winner]->offer().name());
    Present(decline.mutable_presence());
    decline.set_request_id(crypto::NewId());
    auto declined = AskAt<v1::DeclineOfferResponse>("AllocationService/DeclineOffer", decline);
    ASSERT_TRUE(declined.ok()) << declined.status();
  }
  v1::GetHouseRequest get;
  get.set_name("houses/perron-4");
  auto after = AskAt<v1::GetHouseResponse>("HomesService/GetHouse", get);
  ASSERT_TRUE(after.ok()) << after.status();
  for (const v1::HousingUnit& u : after->house().units()) EXPECT_EQ(u.state(), v1::UNIT_STATE_VACANT) << u.name();
}

TEST_F(HousingRoad, TheFileIsStoredWithTheScreening) {
  const std::string citizen = "citizens/" + crypto::NewId();
  auto completed = Complete(Create(citizen));
  ASSERT_TRUE(completed.ok()) << completed.status();
  std::atomic<bool> done{false};
  v1::HousingFile file;
  runtime_->StoreOf(runtime_->spec().modules[0])->ReadFile({"boligenhed"}, "file", citizen.substr(9), [&](absl::StatusOr<std::string> bytes) {
    EXPECT_TRUE(bytes.ok() && file.ParseFromString(*bytes));
    done = true;
  });
  while (!done) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(file.result(), v1::SCREENING_RESULT_HOMELESS);
  EXPECT_EQ(file.suggested_track(), v1::SUGGESTED_TRACK_YOUTH_MODEL_WITH_NETWORK_MEETING);
}

TEST_F(HousingRoad, FollowUpsInPages) {
  std::map<std::string, int> seen;
  for (int i = 0; i < 3; ++i) {
    auto completed = Complete(Create("citizens/" + crypto::NewId()));
    ASSERT_TRUE(completed.ok()) << completed.status();
    seen[completed->screening().name()] = 0;
  }
  v1::ListScreeningsRequest list;
  list.set_needs_follow_up(true);
  list.set_page_size(2);
  do {
    auto page = Ask<v1::ListScreeningsResponse>("ListScreenings", list);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::HomelessnessScreening& s : page->screenings()) ++seen[s.name()];
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  for (const auto& [name, times] : seen) EXPECT_EQ(times, 1) << name;
}

TEST_F(HousingRoad, TheContractsRulesHold) {
  const std::string citizen = "citizens/" + crypto::NewId();
  auto reason = [&](auto change, const std::string& role = "HOUSING_ADVISER") {
    v1::CreateScreeningRequest request = NewScreening(citizen);
    change(request);
    return ReasonOf(Ask<v1::CreateScreeningResponse>("CreateScreening", request, role).status());
  };
  using R = v1::CreateScreeningRequest;
  EXPECT_EQ(reason([](R&) {}), "");
  EXPECT_EQ(reason([](R&) {}, "LEADER"), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(reason([](R& r) { r.clear_presence(); }), "FIELD_REQUIRED");
  EXPECT_EQ(reason([](R& r) { r.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) - 90000); }),
            "PRESENCE_REQUIRED");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->set_nights_without_roof_last_30(31); }), "OUT_OF_RANGE");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->set_nights_without_roof_last_30(30); }), "");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->add_risk_flags(v1::RISK_FLAG_RENT_ARREARS); }), "OUT_OF_RANGE");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->add_risk_flags(v1::RISK_FLAG_NONE); }), "DUPLICATE_ITEM");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->set_own_words("jeg er 010180-4005"); }), "BAD_FORMAT");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->set_own_words(std::string(501, 'x')); }), "TEXT_TOO_LONG");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->set_living_situation(static_cast<v1::LivingSituation>(99)); }), "UNKNOWN_ENUM");
  EXPECT_EQ(reason([](R& r) { r.mutable_answers()->mutable_screened_on()->set_month(13); }), "BAD_DATE");
}

TEST_F(HousingRoad, WithoutTheConsentServiceTheDoorIsShut) {
  v1::GetCitizenFileRequest request;
  request.set_citizen("citizens/" + crypto::NewId());
  request.set_holder("agencies/boligenhed");
  request.set_purpose(type::v1::PURPOSE_COORDINATE_SUPPORT);
  request.add_categories(type::v1::DATA_CATEGORY_HOUSING);
  EXPECT_EQ(ReasonOf(Ask<v1::GetCitizenFileResponse>("GetCitizenFile", request, "DROPIN_STAFF", "agencies/perron-4").status()), "CONSENT_SERVICE_DOWN");
}

}  // namespace
}  // namespace brobygger::housing
