// The drop-in centre as it runs: gRPC over mutual TLS, tokens, a real Redis. The consent service is down all the while: the
// own side does not need it, and the door stays shut.
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/dropin_service.pb.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "brobygger/dropin/v1/tally.pb.h"
#include "brobygger/registry/v1/registry.pb.h"
#include "services/dropin/testing_road.h"
#include "services/runtime/civil.h"
#include "services/runtime/crypto.h"

namespace brobygger::dropin {
namespace {

class DropinRoad : public RunningHouse {
 protected:
  template <class Response>
  static absl::StatusOr<Response> Ask(const std::string& method, const Message& request, const std::string& role = "DROPIN_STAFF",
                                      const std::string& agency = kPerron) {
    return RunningHouse::Ask<Response>(absl::StrCat("DropinService/", method), request, role, agency);
  }
  // Again until there is an answer, with the same request_id: what a tablet does.
  template <class Response>
  static Response Insist(const std::string& method, const Message& request) {
    while (true) {
      auto response = Ask<Response>(method, request);
      if (response.ok()) return *response;
      const absl::StatusCode code = response.status().code();
      if (code != absl::StatusCode::kUnavailable && code != absl::StatusCode::kDeadlineExceeded) {
        ADD_FAILURE() << response.status();
        return Response();
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
  }
  // The day on which these tests began: midnight does not part what is counted.
  static type::v1::Date Today() {
    static const absl::CivilDay today = CopenhagenDay(absl::Now());
    return ToDate(today);
  }
  static int Counted(v1::PartOfDay part) {
    v1::GetVisitTalliesRequest request;
    *request.mutable_first_day() = Today();
    *request.mutable_last_day() = Today();
    auto range = Ask<v1::GetVisitTalliesResponse>("GetVisitTallies", request, "LEADER");
    EXPECT_TRUE(range.ok()) << range.status();
    if (!range.ok()) return -1;
    for (const v1::VisitTally& t : range->tallies()) {
      if (t.part_of_day() == part) return t.visitors_estimate();
    }
    return 0;
  }
  // Several tablets, each counting one visitor at a time; every third count is sent twice.
  static void Count(v1::PartOfDay part, int tablets, int each) {
    std::vector<std::thread> threads;
    for (int t = 0; t < tablets; ++t) {
      threads.emplace_back([part, each] {
        for (int i = 0; i < each; ++i) {
          v1::RecordVisitTallyRequest request;
          *request.mutable_date() = Today();
          request.set_part_of_day(part);
          request.set_add_visitors(1);
          request.set_request_id(crypto::NewId());
          Insist<v1::RecordVisitTallyResponse>("RecordVisitTally", request);
          if (i % 3 == 0) Insist<v1::RecordVisitTallyResponse>("RecordVisitTally", request);
        }
      });
    }
    for (std::thread& t : threads) t.join();
  }
  static v1::Participant Create(const std::string& alias, const std::string& wish) {
    v1::CreateParticipantRequest request;
    request.set_alias(alias);
    request.add_wishes(wish);
    request.set_request_id(crypto::NewId());
    auto response = Ask<v1::CreateParticipantResponse>("CreateParticipant", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->participant() : v1::Participant();
  }
  static absl::Status Get(const std::string& name, const std::string& agency = kPerron) {
    v1::GetParticipantRequest request;
    request.set_name(name);
    return Ask<v1::GetParticipantResponse>("GetParticipant", request, "DROPIN_STAFF", agency).status();
  }
};

TEST_F(DropinRoad, SeveralTabletsLoseNothingAndDoubleNothing) {
  Count(v1::PART_OF_DAY_MORNING, 8, 25);
  EXPECT_EQ(Counted(v1::PART_OF_DAY_MORNING), 200);
}

TEST_F(DropinRoad, CountingGoesOnAcrossKillsOfRedis) {
  std::atomic<bool> done{false};
  std::thread tablets([&] {
    Count(v1::PART_OF_DAY_AFTERNOON, 4, 100);
    done = true;
  });
  int kills = 0;
  for (; kills < 5 && !done; ++kills) {  // on this thread: the fixture's Redis dies with the thread that started it
    absl::SleepFor(absl::Milliseconds(100));
    world_->redis.Restart();
  }
  tablets.join();
  EXPECT_GE(kills, 1);
  // The connection may be coming back still: ask as a tablet would.
  v1::RecordVisitTallyRequest nothing;
  *nothing.mutable_date() = Today();
  nothing.set_part_of_day(v1::PART_OF_DAY_AFTERNOON);
  nothing.set_request_id(crypto::NewId());
  EXPECT_EQ(Insist<v1::RecordVisitTallyResponse>("RecordVisitTally", nothing).tally().visitors_estimate(), 400);
}

TEST_F(DropinRoad, AnotherHouseSeesNothingOfIt) {
  const v1::Participant p = Create("Løve", "en tur til havet");
  EXPECT_TRUE(Get(p.name()).ok());
  EXPECT_EQ(ReasonOf(Get(p.name(), "agencies/slotsgaarden")), "ALIAS_FORGOTTEN");
  v1::ListParticipantsRequest list;
  auto there = Ask<v1::ListParticipantsResponse>("ListParticipants", list, "DROPIN_STAFF", "agencies/slotsgaarden");
  ASSERT_TRUE(there.ok());
  EXPECT_EQ(there->participants_size(), 0);
  EXPECT_EQ(ReasonOf(Ask<v1::ListParticipantsResponse>("ListParticipants", list, "USER_VOLUNTEER").status()), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(Ask<v1::ListParticipantsResponse>("ListParticipants", list, "LEADER").status()), "ROLE_NOT_ALLOWED");
}

TEST_F(DropinRoad, ForgottenForGoodAndNeverInClear) {
  const v1::Participant p = Create("Kattekongen", "et hus med have til katte");
  EXPECT_FALSE(AtRest("Kattekongen"));
  EXPECT_FALSE(AtRest("have til katte"));
  EXPECT_TRUE(AtRest("perron-4")) << "the search itself works";
  v1::ForgetParticipantRequest forget;
  forget.set_name(p.name());
  forget.set_request_id(crypto::NewId());
  ASSERT_TRUE(Ask<v1::ForgetParticipantResponse>("ForgetParticipant", forget).ok());
  ASSERT_TRUE(Ask<v1::ForgetParticipantResponse>("ForgetParticipant", forget).ok()) << "the same request again";
  EXPECT_EQ(ReasonOf(Get(p.name())), "ALIAS_FORGOTTEN");
  v1::UpdateParticipantRequest update;
  update.set_name(p.name());
  update.set_alias("Kattekongen");
  update.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateParticipantResponse>("UpdateParticipant", update).status()), "ALIAS_FORGOTTEN");
}

// The answers to creating and changing an alias repeat it; they go with it, and nobody is made a second time.
TEST_F(DropinRoad, ForgottenInTheKeptAnswersToo) {
  v1::CreateParticipantRequest create;
  create.set_alias("Havfruen");
  create.add_wishes("en båd");
  create.set_request_id(crypto::NewId());
  auto created = Ask<v1::CreateParticipantResponse>("CreateParticipant", create);
  ASSERT_TRUE(created.ok()) << created.status();
  auto again = Ask<v1::CreateParticipantResponse>("CreateParticipant", create);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), created->SerializeAsString());
  v1::UpdateParticipantRequest update;
  update.set_name(created->participant().name());
  update.set_alias("Havfruen 2");
  update.set_request_id(crypto::NewId());
  ASSERT_TRUE(Ask<v1::UpdateParticipantResponse>("UpdateParticipant", update).ok());
  v1::ForgetParticipantRequest forget;
  forget.set_name(created->participant().name());
  forget.set_request_id(crypto::NewId());
  ASSERT_TRUE(Ask<v1::ForgetParticipantResponse>("ForgetParticipant", forget).ok());

  const auto count = [] {
    v1::ListParticipantsRequest list;
    list.set_page_size(100);
    auto page = Ask<v1::ListParticipantsResponse>("ListParticipants", list);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? page->participants_size() : -1;
  };
  const int before = count();
  EXPECT_EQ(ReasonOf(Ask<v1::CreateParticipantResponse>("CreateParticipant", create).status()), "ERASED");
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateParticipantResponse>("UpdateParticipant", update).status()), "ERASED");
  EXPECT_EQ(count(), before);
  EXPECT_TRUE(Ask<v1::ForgetParticipantResponse>("ForgetParticipant", forget).ok()) << "the forgetting itself has its answer";
}

TEST_F(DropinRoad, AliasesInPages) {
  for (int i = 0; i < 4; ++i) Create(absl::StrCat("side ", i), "kaffe");
  v1::ListParticipantsRequest list;
  list.set_page_size(2);
  std::map<std::string, int> seen;
  do {
    auto page = Ask<v1::ListParticipantsResponse>("ListParticipants", list);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Participant& p : page->participants()) ++seen[p.name()];
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_GE(seen.size(), 4u);
  for (const auto& [name, times] : seen) EXPECT_EQ(times, 1) << name;
}

TEST_F(DropinRoad, LinksWithTheConsentServicesSignature) {
  const v1::Participant p = Create("Kaffe", "et sted at bo");
  const std::string citizen = "citizens/" + crypto::NewId();
  registry::v1::AliasLink link;
  link.set_agency(kPerron);
  link.set_citizen(citizen);
  link.set_alias(p.name());
  link.mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  const std::string bytes = link.SerializeAsString();
  auto signer = crypto::StatementSigner::FromPemFile(world_->statement_private_key);
  ASSERT_TRUE(signer.ok()) << signer.status();
  v1::LinkParticipantRequest request;
  request.set_name(p.name());
  request.set_bring_past(true);
  request.mutable_link()->set_statement(bytes);
  request.mutable_link()->set_signature(signer->Sign(absl::StrCat("brobygger presence 1\n", bytes)));
  request.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(Ask<v1::LinkParticipantResponse>("LinkParticipant", request).status()), "LINK_INVALID") << "a signature of another kind";
  request.mutable_link()->set_signature(signer->Sign(absl::StrCat(kLinkContext, bytes)));
  request.set_request_id(crypto::NewId());
  auto linked = Ask<v1::LinkParticipantResponse>("LinkParticipant", request);
  ASSERT_TRUE(linked.ok()) << linked.status();
  EXPECT_EQ(linked->regular().citizen(), citizen);
  ASSERT_EQ(linked->regular().wishes_size(), 1);
  EXPECT_EQ(linked->regular().wishes(0), "et sted at bo");

  // What the door would show is stored with it.
  v1::UpdateRegularRequest update;
  update.set_citizen(citizen);
  update.mutable_shared()->set_goals("Et sted, hvor hunden må være.");
  update.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateRegularResponse>("UpdateRegular", update).status()), "FIELD_REQUIRED") << "the citizen takes part";
  update.mutable_presence()->mutable_stated()->set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
  update.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) - 25 * 3600);
  EXPECT_EQ(ReasonOf(Ask<v1::UpdateRegularResponse>("UpdateRegular", update).status()), "PRESENCE_REQUIRED") << "yesterday";
  update.mutable_presence()->mutable_stated()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
  auto updated = Ask<v1::UpdateRegularResponse>("UpdateRegular", update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  std::atomic<bool> done{false};
  std::string file;
  runtime_->StoreOf(runtime_->spec().modules[0])->ReadFile({"perron-4"}, "file", citizen.substr(9), [&](absl::StatusOr<std::string> bytes_of_file) {
    if (bytes_of_file.ok()) file = *bytes_of_file;
    done = true;
  });
  while (!done) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(file, updated->regular().shared().SerializeAsString());
  EXPECT_NE(file, "");
}

TEST_F(DropinRoad, TheContractsRulesHold) {
  v1::CreateParticipantRequest request;
  request.set_request_id(crypto::NewId());
  auto reason = [&] { return ReasonOf(Ask<v1::CreateParticipantResponse>("CreateParticipant", request).status()); };
  EXPECT_EQ(reason(), "FIELD_REQUIRED");
  request.set_alias(std::string(31, 'x'));
  EXPECT_EQ(reason(), "TEXT_TOO_LONG");
  request.set_alias("Ole 010180-4005");
  EXPECT_EQ(reason(), "BAD_FORMAT");
  request.set_alias("Ole");
  request.add_wishes("mit nummer er 0101804005");
  EXPECT_EQ(reason(), "BAD_FORMAT");
  v1::RecordVisitTallyRequest tally;
  *tally.mutable_date() = Today();
  tally.set_part_of_day(v1::PART_OF_DAY_EVENING);
  tally.set_add_visitors(1000);
  tally.set_request_id(crypto::NewId());
  EXPECT_EQ(ReasonOf(Ask<v1::RecordVisitTallyResponse>("RecordVisitTally", tally).status()), "OUT_OF_RANGE");
  EXPECT_EQ(Counted(v1::PART_OF_DAY_EVENING), 0);
}

TEST_F(DropinRoad, WithoutTheConsentServiceTheDoorIsShut) {
  v1::GetCitizenFileRequest request;
  request.set_citizen("citizens/" + crypto::NewId());
  request.set_holder(kPerron);
  request.set_purpose(type::v1::PURPOSE_WORK_AND_EDUCATION);
  request.add_categories(type::v1::DATA_CATEGORY_DAILY_LIFE);
  const absl::Status refused = Ask<v1::GetCitizenFileResponse>("GetCitizenFile", request, "OUTREACH_CASEWORKER", "agencies/jobcenter").status();
  EXPECT_EQ(ReasonOf(refused), "CONSENT_SERVICE_DOWN") << refused;
}

}  // namespace
}  // namespace brobygger::dropin
