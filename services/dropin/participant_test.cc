#include "services/dropin/participant.h"

#include <gtest/gtest.h>

#include "brobygger/registry/v1/registry.pb.h"
#include "services/dropin/testing.h"

namespace brobygger::dropin {
namespace {

const std::string kCitizen = "citizens/" + std::string(26, 'c');
const absl::CivilDay kToday(2026, 11, 21);

class ParticipantTest : public ::testing::Test {
 protected:
  ParticipantTest() {
    // What the consent service would have signed.
    house.links->verify = [](absl::string_view bytes, absl::string_view signature) { return signature == absl::StrCat("signed:", bytes); };
  }
  v1::Participant Create(const std::string& alias, std::vector<std::string> wishes = {}, absl::Time at = Noon()) {
    v1::CreateParticipantRequest request;
    request.set_alias(alias);
    for (const std::string& w : wishes) request.add_wishes(w);
    auto response = house.Ask<v1::CreateParticipantResponse>("CreateParticipant", request, at);
    EXPECT_TRUE(response.ok()) << response.status();
    return response->participant();
  }
  absl::StatusOr<v1::GetParticipantResponse> Get(const std::string& name) {
    v1::GetParticipantRequest request;
    request.set_name(name);
    return house.Ask<v1::GetParticipantResponse>("GetParticipant", request);
  }
  absl::StatusOr<v1::UpdateParticipantResponse> Update(const std::string& name, const std::string& alias, const std::string& etag = "", absl::Time at = Noon()) {
    v1::UpdateParticipantRequest request;
    request.set_name(name);
    request.set_alias(alias);
    request.set_etag(etag);
    return house.Ask<v1::UpdateParticipantResponse>("UpdateParticipant", request, at);
  }
  absl::Status Forget(const std::string& name) {
    v1::ForgetParticipantRequest request;
    request.set_name(name);
    return house.Ask<v1::ForgetParticipantResponse>("ForgetParticipant", request).status();
  }
  registry::v1::AliasLink Link(const std::string& name) {
    registry::v1::AliasLink link;
    link.set_agency("agencies/perron-4");
    link.set_citizen(kCitizen);
    link.set_alias(name);
    link.mutable_time()->set_seconds(absl::ToUnixSeconds(Noon()));
    return link;
  }
  absl::StatusOr<v1::LinkParticipantResponse> Join(const std::string& name, const registry::v1::AliasLink& link, bool bring_past = false,
                                                   absl::Time at = Noon()) {
    v1::LinkParticipantRequest request;
    request.set_name(name);
    request.mutable_link()->set_statement(link.SerializeAsString());
    request.mutable_link()->set_signature(absl::StrCat("signed:", kLinkContext, link.SerializeAsString()));
    request.set_bring_past(bring_past);
    return house.Ask<v1::LinkParticipantResponse>("LinkParticipant", request, at);
  }
  House house;
};

TEST_F(ParticipantTest, AnAliasIsEnough) {
  const v1::Participant created = Create("Løve", {"en tur til havet"});
  EXPECT_EQ(created.name().substr(0, 13), "participants/");
  EXPECT_TRUE(IsId(IdOf(created.name())));
  EXPECT_EQ(created.state(), v1::PARTICIPANT_STATE_ALIAS);
  EXPECT_EQ(ToDay(created.forgotten_on()), absl::CivilDay(2027, 11, 21));
  EXPECT_EQ(Get(created.name())->participant().DebugString(), created.DebugString());
  EXPECT_NE(Create("Løve").name(), created.name()) << "two may have the same alias";
}

TEST_F(ParticipantTest, UpdatesWithEtag) {
  const v1::Participant created = Create("Løve", {"havet"});
  auto updated = Update(created.name(), "Tiger", created.etag());
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->participant().alias(), "Tiger");
  EXPECT_EQ(updated->participant().wishes_size(), 0) << "what is not in the list ends";
  EXPECT_EQ(updated->participant().etag(), Get(created.name())->participant().etag());
  EXPECT_EQ(ReasonOf(Update(created.name(), "Bjørn", created.etag()).status()), "ETAG_MISMATCH");
  EXPECT_EQ(ReasonOf(Update("participants/" + std::string(26, 'z'), "x").status()), "ALIAS_FORGOTTEN");
}

TEST_F(ParticipantTest, ForgettingDestroysTheKey) {
  const v1::Participant p = Create("Løve");
  ASSERT_TRUE(Forget(p.name()).ok());
  EXPECT_EQ(house.store.destroyed().count(p.name()), 1u);
  EXPECT_EQ(ReasonOf(Get(p.name()).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(ReasonOf(Forget(p.name())), "ALIAS_FORGOTTEN");
}

TEST_F(ParticipantTest, TwelveMonthsUnusedIsForgotten) {
  const v1::Participant unused = Create("Løve");
  const v1::Participant used = Create("Tiger");
  ASSERT_TRUE(Update(used.name(), "Tiger", "", Noon(absl::CivilDay(2026, 11, 22))).ok()) << "an update is a use";
  const absl::Time boundary = StartOfDay(absl::CivilDay(2027, 11, 21));
  house.RunDue(boundary - absl::Seconds(1));
  EXPECT_TRUE(Get(unused.name()).ok());
  house.RunDue(boundary);
  EXPECT_EQ(ReasonOf(Get(unused.name()).status()), "ALIAS_FORGOTTEN");
  EXPECT_EQ(house.store.destroyed().count(unused.name()), 1u);
  EXPECT_TRUE(Get(used.name()).ok());
}

// A replica that found the record due before it was used again finds it in use when its turn comes.
TEST_F(ParticipantTest, UsedMeanwhileIsKept) {
  const v1::Participant p = Create("Løve");
  EXPECT_TRUE(house.store.RunDue(house.modules[0].on_due.at("participant"), house.NewCall(Noon()), IdOf(p.name())).ok());
  EXPECT_TRUE(Get(p.name()).ok());
  EXPECT_TRUE(house.store.RunDue(house.modules[0].on_due.at("participant"), house.NewCall(Noon()), std::string(26, 'z')).ok());
}

TEST_F(ParticipantTest, LinkingStartsAnEmptyRecord) {
  const v1::Participant p = Create("Løve", {"en tur til havet"});
  auto joined = Join(p.name(), Link(p.name()));
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->participant().state(), v1::PARTICIPANT_STATE_LINKED);
  EXPECT_EQ(joined->regular().citizen(), kCitizen);
  EXPECT_EQ(joined->regular().wishes_size(), 0);
  EXPECT_EQ(Get(p.name())->participant().wishes_size(), 1) << "the past stays where it was";
  EXPECT_EQ(Get(p.name())->participant().DebugString().find(std::string(26, 'c')), std::string::npos) << "and does not say whose it is";
  EXPECT_EQ(house.store.Find<v1::Regular>(std::string(26, 'c'))->DebugString().find("Løve"), std::string::npos);
}

TEST_F(ParticipantTest, ThePastComesAlongIfTheCitizenSaysSo) {
  const v1::Participant p = Create("Løve", {"havet", "en hund"});
  auto joined = Join(p.name(), Link(p.name()), true);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->regular().wishes_size(), 2);
  EXPECT_EQ(joined->regular().shared().ByteSizeLong(), 0u) << "nothing of it is for sharing";
  EXPECT_EQ(Get(p.name())->participant().wishes_size(), 0) << "it stands in one place";
  // Another alias of the same citizen adds to the record.
  const v1::Participant q = Create("Tiger", {"havet", "kaffe"});
  EXPECT_EQ(Join(q.name(), Link(q.name()), true)->regular().wishes_size(), 3);
}

TEST_F(ParticipantTest, LinkingIsOneWay) {
  const v1::Participant p = Create("Løve");
  ASSERT_TRUE(Join(p.name(), Link(p.name())).ok());
  EXPECT_EQ(ReasonOf(Join(p.name(), Link(p.name())).status()), "WRONG_STATE");
  EXPECT_EQ(ReasonOf(Update(p.name(), "Tiger").status()), "WRONG_STATE");
  EXPECT_TRUE(Forget(p.name()).ok());
  EXPECT_NE(house.store.Find<v1::Regular>(std::string(26, 'c')), nullptr) << "the citizen's own record is another matter";
}

TEST_F(ParticipantTest, OnlyTheCitizensOwnFreshLinkCounts) {
  const v1::Participant p = Create("Løve");
  const registry::v1::AliasLink good = Link(p.name());
  auto altered = [&](auto change) {
    registry::v1::AliasLink link = good;
    change(link);
    return ReasonOf(Join(p.name(), link).status());
  };
  EXPECT_EQ(altered([](auto& l) { l.set_agency("agencies/slotsgaarden"); }), "LINK_INVALID");
  EXPECT_EQ(altered([](auto& l) { l.set_alias("participants/" + std::string(26, 'z')); }), "LINK_INVALID");
  EXPECT_EQ(altered([](auto& l) { l.set_citizen("somebody"); }), "LINK_INVALID");
  EXPECT_EQ(altered([](auto& l) { l.mutable_time()->set_seconds(l.time().seconds() + 301); }), "LINK_INVALID");
  EXPECT_EQ(ReasonOf(Join(p.name(), good, false, Noon() + absl::Hours(24)).status()), "LINK_EXPIRED");

  v1::LinkParticipantRequest request;
  request.set_name(p.name());
  request.mutable_link()->set_statement(good.SerializeAsString());
  auto ask = [&] { return ReasonOf(house.Ask<v1::LinkParticipantResponse>("LinkParticipant", request).status()); };
  EXPECT_EQ(ask(), "LINK_INVALID") << "not signed";
  request.mutable_link()->set_signature("signed:" + good.SerializeAsString());
  EXPECT_EQ(ask(), "LINK_INVALID") << "signed as something else";
  house.links->verify = nullptr;
  EXPECT_EQ(ReasonOf(Join(p.name(), good).status()), "LINK_INVALID") << "no key, no link";
  house.links->verify = [](absl::string_view, absl::string_view) { return true; };
  request.mutable_link()->set_statement("\xff\xff");
  EXPECT_EQ(ask(), "LINK_INVALID") << "no link at all";
  EXPECT_TRUE(Join(p.name(), good, false, Noon() + absl::Hours(24) - absl::Seconds(1)).ok());
}

TEST_F(ParticipantTest, ListsByStateInPages) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back(Create(absl::StrCat("a", i), {}, Noon(kToday + i)).name());
  ASSERT_TRUE(Join(names[1], Link(names[1])).ok());
  auto list = [&](v1::ParticipantState state, int size, const std::string& token) {
    v1::ListParticipantsRequest request;
    request.set_state(state);
    request.set_page_size(size);
    request.set_page_token(token);
    return *house.Ask<v1::ListParticipantsResponse>("ListParticipants", request);
  };
  const auto first = list(v1::PARTICIPANT_STATE_UNSPECIFIED, 3, "");
  ASSERT_EQ(first.participants_size(), 3);
  EXPECT_EQ(first.participants(0).alias(), "a4") << "latest use first";
  EXPECT_EQ(first.participants(0).etag(), "r1");
  ASSERT_FALSE(first.next_page_token().empty());
  const auto second = list(v1::PARTICIPANT_STATE_UNSPECIFIED, 3, first.next_page_token());
  EXPECT_EQ(second.participants_size(), 2);
  EXPECT_EQ(second.next_page_token(), "");
  const auto linked = list(v1::PARTICIPANT_STATE_LINKED, 0, "");
  ASSERT_EQ(linked.participants_size(), 1);
  EXPECT_EQ(linked.participants(0).name(), names[1]);
  EXPECT_EQ(list(v1::PARTICIPANT_STATE_ALIAS, 0, "").participants_size(), 4);
}

}  // namespace
}  // namespace brobygger::dropin
