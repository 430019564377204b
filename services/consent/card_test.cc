#include "services/consent/card.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/card_name.h"
#include "services/consent/entities.h"
#include "services/consent/stored.pb.h"
#include "services/consent/testing/world.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

class Card : public ::testing::Test {
 protected:
  absl::StatusOr<registry::v1::UpdateCitizenCardResponse> Update() {
    call.now = now;
    return store.Ask<registry::v1::UpdateCitizenCardResponse>(
        Typed<registry::v1::UpdateCitizenCardRequest>([&](const Call& c, const auto& r, View& v) { return UpdateCitizenCard(rules, c, r, v); }), call, request);
  }
  // As "name, name, …"; "" of none; the reason if it is refused.
  std::string List(const std::string& name = "", int size = 0, std::string* token = nullptr) {
    registry::v1::ListCitizenCardsRequest list;
    list.set_name(name);
    list.set_page_size(size);
    if (token != nullptr) list.set_page_token(*token);
    const auto response = store.Ask<registry::v1::ListCitizenCardsResponse>(
        Typed<registry::v1::ListCitizenCardsRequest>([&](const Call& c, const auto& r, View& v) { return ListCitizenCards(rules, c, r, v); }), call, list);
    if (!response.ok()) return ReasonOf(response.status());
    if (token != nullptr) *token = response->next_page_token();
    std::string out;
    for (const auto& line : response->lines()) absl::StrAppend(&out, out.empty() ? "" : ", ", line.preferred_name());
    last = *response;
    return out;
  }
  void Write(char id, const std::string& name) {
    request.set_citizen("citizens/" + std::string(26, id));
    request.mutable_card()->set_preferred_name(name);
    ASSERT_TRUE(Update().ok());
    now += absl::Minutes(1);
  }
  absl::StatusOr<registry::v1::GetCitizenCardResponse> Get(bool show_cpr) {
    registry::v1::GetCitizenCardRequest get;
    get.set_citizen(request.citizen());
    get.set_show_cpr(show_cpr);
    return store.Ask<registry::v1::GetCitizenCardResponse>(Typed<registry::v1::GetCitizenCardRequest>(GetCitizenCard), call, get);
  }
  void SetUp() override {
    request.set_citizen("citizens/" + std::string(26, 'a'));
    request.mutable_card()->set_preferred_name("Kaffe");
    request.mutable_card()->set_cpr("010190-1234");
  }

  const EntitySet cards = CardEntities();
  testing::MemoryStore store{&cards};
  const CardRules rules{&cards, "a key of names"};
  Call call;
  registry::v1::ListCitizenCardsResponse last;
  absl::Time now = Noon();
  registry::v1::UpdateCitizenCardRequest request;
};

TEST_F(Card, TheNumberIsMaskedUnlessItIsAskedFor) {
  EXPECT_EQ(ReasonOf(Get(false).status()), "NOT_FOUND");
  const auto updated = Update();
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->card().cpr(), kMaskedCpr);
  EXPECT_EQ(Get(false)->card().cpr(), kMaskedCpr);
  EXPECT_EQ(Get(true)->card().cpr(), "0101901234");
  // The door's file is this very record.
  EXPECT_EQ(store.Find<registry::v1::CitizenCard>(std::string(26, 'a'))->preferred_name(), "Kaffe");
  request.mutable_card()->set_cpr("");
  ASSERT_TRUE(Update().ok());
  EXPECT_EQ(Get(false)->card().cpr(), "");
}

TEST_F(Card, KeepingTheNumberWithoutSeeingIt) {
  ASSERT_TRUE(Update().ok());
  request.set_keep_cpr(true);
  EXPECT_EQ(ReasonOf(Update().status()), "OUT_OF_RANGE");
  request.mutable_card()->clear_cpr();
  request.mutable_card()->set_phone("+4500000001");
  ASSERT_TRUE(Update().ok());
  EXPECT_EQ(Get(true)->card().cpr(), "0101901234");
  EXPECT_EQ(Get(true)->card().phone(), "+4500000001");
}

TEST_F(Card, Etag) {
  const std::string first = Update()->etag();
  EXPECT_EQ(Get(false)->etag(), first);
  request.set_etag(first);
  const std::string second = Update()->etag();
  EXPECT_NE(first, second);
  EXPECT_EQ(ReasonOf(Update().status()), "ETAG_MISMATCH");
  request.set_etag("");
  EXPECT_TRUE(Update().ok());
}

TEST_F(Card, FromFifteenToAHundredAndTen) {
  const struct {
    absl::CivilDay birth;
    const char* reason;
  } rows[] = {
      {absl::CivilDay(2011, 3, 1), ""},
      {absl::CivilDay(2011, 3, 2), "AGE_OUT_OF_RANGE"},
      {absl::CivilDay(1915, 3, 2), ""},
      {absl::CivilDay(1915, 3, 1), "AGE_OUT_OF_RANGE"},
      {absl::CivilDay(1990, 6, 1), ""},
  };
  for (const auto& row : rows) {
    *request.mutable_card()->mutable_birth_date() = ToDate(row.birth);
    // 1915-03-02 is 110 years old until tomorrow's birthday; 1915-03-01 turns 111 today.
    EXPECT_EQ(ReasonOf(Update().status()), row.reason) << row.birth;
  }
  // Who is on the card grows older without losing it.
  *request.mutable_card()->mutable_birth_date() = ToDate(absl::CivilDay(1915, 3, 2));
  ASSERT_TRUE(Update().ok());
  now += absl::Hours(24 * 400);
  EXPECT_TRUE(Update().ok());
  request.mutable_card()->set_cpr("310290-1234");
  EXPECT_EQ(ReasonOf(Update().status()), "CPR_INVALID");
}

TEST_F(Card, LastChangedFirst) {
  EXPECT_EQ(List(), "");
  Write('a', "Kaffe");
  Write('b', "Søs");
  Write('c', "Ole Kaffe");
  EXPECT_EQ(List(), "Ole Kaffe, Søs, Kaffe");
  now += absl::Hours(24);
  Write('a', "Kaffe");
  EXPECT_EQ(List(), "Kaffe, Ole Kaffe, Søs");
  EXPECT_EQ(last.lines(0).citizen(), "citizens/" + std::string(26, 'a'));
  EXPECT_EQ(last.lines(0).change_day().SerializeAsString(), ToDate(absl::CivilDay(2026, 3, 2)).SerializeAsString());
  EXPECT_EQ(last.lines(2).change_day().day(), 1);
  // Nothing but what the list is for.
  EXPECT_EQ(last.SerializeAsString().find("0101901234"), std::string::npos);
  std::string token;
  EXPECT_EQ(List("", 2, &token), "Kaffe, Ole Kaffe");
  EXPECT_NE(token, "");
  EXPECT_EQ(List("", 2, &token), "Søs");
  EXPECT_EQ(token, "");
  for (int i = 0; i < 30; ++i) Write(static_cast<char>('d' + i % 20), absl::StrCat("nr ", i));
  List();
  EXPECT_EQ(last.lines_size(), 23) << "one line for each card";
  for (int i = 0; i < 6; ++i) {
    request.set_citizen("citizens/" + std::string(25, 'a') + static_cast<char>('b' + i));
    ASSERT_TRUE(Update().ok());
  }
  List();
  EXPECT_EQ(last.lines_size(), kDefaultPage);
}

TEST_F(Card, FoundByOneWholeWord) {
  Write('a', "ÅSE");
  Write('b', "Åse Kaffe");
  Write('c', "Anne-Mette");
  EXPECT_EQ(List("åse"), "Åse Kaffe, ÅSE");
  EXPECT_EQ(List("Åse"), "Åse Kaffe, ÅSE");
  EXPECT_EQ(List("KAFFE"), "Åse Kaffe");
  EXPECT_EQ(List("kaff"), "") << "whole words";
  EXPECT_EQ(List("ase"), "");
  EXPECT_EQ(List("mette"), "Anne-Mette");
  EXPECT_EQ(List("anne-mette"), "Anne-Mette");
  EXPECT_EQ(List("åse kaffe"), "OUT_OF_RANGE");
  EXPECT_EQ(List("."), "OUT_OF_RANGE");
  Write('b', "Bager");
  EXPECT_EQ(List("kaffe"), "") << "the old name finds nobody";
  EXPECT_EQ(List("bager"), "Bager");
  // The index holds no name.
  const auto* line = store.Find<records::CardLine>(std::string(26, 'b'));
  ASSERT_EQ(line->names_size(), 1);
  EXPECT_EQ(line->names(0), NameIndex(rules.name_key, call.agency.value(), "bager"));
  call.agency = *AgencyId::Parse(kHousing);
  EXPECT_EQ(List("bager"), "") << "and another agency's index another one";
}

}  // namespace
}  // namespace brobygger::consent
