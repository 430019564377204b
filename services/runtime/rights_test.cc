// The citizen's rights over what one service keeps, for a service with two kinds of records of a citizen and a file.
#include "services/runtime/rights.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "brobygger/registry/v1/card.pb.h"
#include "services/runtime/civil.h"
#include "services/runtime/readable.h"
#include "services/runtime/status.h"
#include "services/runtime/stored.pb.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger {
namespace {

using registry::v1::CitizenCard;
using rights::v1::CitizenStatement;

const absl::Time kNow = StartOfDay(absl::CivilDay(2026, 11, 22)) + absl::Hours(12);
std::string Citizen(char c) { return absl::StrCat("citizens/", std::string(26, c)); }

class Rights : public ::testing::Test {
 protected:
  Rights()
      : entities_({EntityOf<CitizenCard>("card", {.owner = [](absl::string_view id, const CitizenCard&) { return absl::StrCat("citizens/", id); }}),
                   EntityOf<rights::v1::StatementsInFile>(
                       "file", {.owner = [](absl::string_view id, const rights::v1::StatementsInFile&) { return absl::StrCat("citizens/", id); }}),
                   StatementEntity()}),
        store_(&entities_) {
    RightsRules rules;
    rules.entities = &entities_;
    rules.kinds = {KeptOne<CitizenCard>(entities_, "Kort", "Card")};
    rules.about = {type::v1::DATA_CATEGORY_CONTACT, type::v1::DATA_CATEGORY_IDENTITY};
    rules.may_erase = [](View& view, const std::string& citizen) -> absl::Status {
      BB_ASSIGN_OR_RETURN(const CitizenCard* card, view.Find<CitizenCard>(citizen));
      return card != nullptr && card->interpreter_needed() ? WrongState("open: interpreter", "interpreter gone") : absl::OkStatus();
    };
    rules.put_in_file = [this](const Call&, View&, const std::string& citizen, const rights::v1::StatementsInFile& file, Decision* decision) {
      decision->Put(entities_, citizen, file);
      return absl::OkStatus();
    };
    module_ = RightsModule(google::protobuf::DescriptorPool::generated_pool()->FindFileByName("brobygger/registry/v1/card_rights.proto")->service(0), "test",
                           std::move(rules));
  }

  // As the runtime makes it of a ticket.
  Call By(char citizen, type::v1::Word word = type::v1::WORD_OWN_LOGIN) {
    Call call;
    call.agency = *AgencyId::Parse("agencies/perron-4");
    call.person = *PersonId::Parse("by-the-citizens-own-word");
    call.now = kNow + absl::Seconds(++calls_);
    call.seed = absl::StrCat("seed-", calls_, std::string(20, 'x'));
    call.presence.emplace();
    call.presence->set_citizen(Citizen(citizen));
    call.presence->set_word(word);
    call.presence->set_nonce(absl::StrCat("ticket-", calls_));
    call.presence_signed = true;
    return call;
  }
  absl::StatusOr<CitizenStatement> Add(char citizen, const std::string& text, type::v1::DataCategory about = type::v1::DATA_CATEGORY_CONTACT) {
    return AddBy(By(citizen), text, about);
  }
  absl::StatusOr<CitizenStatement> AddBy(const Call& call, const std::string& text, type::v1::DataCategory about = type::v1::DATA_CATEGORY_CONTACT) {
    rights::v1::AddStatementRequest request;
    request.set_text(text);
    request.set_about(about);
    BB_ASSIGN_OR_RETURN(const auto r, store_.Ask<rights::v1::AddStatementResponse>(module_.handlers.at("AddStatement"), call, request));
    return r.statement();
  }
  rights::v1::ExportRecordsResponse Export(char citizen, const std::string& page_token = "") {
    rights::v1::ExportRecordsRequest request;
    request.set_page_token(page_token);
    auto r = store_.Ask<rights::v1::ExportRecordsResponse>(module_.handlers.at("ExportRecords"), By(citizen), request);
    EXPECT_TRUE(r.ok()) << r.status();
    return r.ok() ? *r : rights::v1::ExportRecordsResponse();
  }
  absl::Status Erase(char citizen) {
    return store_.Ask<rights::v1::EraseRecordsResponse>(module_.handlers.at("EraseRecords"), By(citizen), rights::v1::EraseRecordsRequest()).status();
  }

  EntitySet entities_;
  testing::MemoryStore store_;
  Module module_;
  int calls_ = 0;
};

TEST_F(Rights, AnExportHasEverythingAboutOneCitizenAndNothingAboutAnother) {
  CitizenCard card;
  card.set_preferred_name("Mikkel");
  card.set_sms_ok(true);
  ASSERT_TRUE(store_.Put(std::string(26, 'a'), card).ok());
  card.set_preferred_name("Freja");
  ASSERT_TRUE(store_.Put(std::string(26, 'b'), card).ok());
  ASSERT_TRUE(Add('a', "Nej, jeg har ingen telefon").ok());
  ASSERT_TRUE(Add('b', "noget andet").ok());

  const rights::v1::ExportRecordsResponse all = Export('a');
  ASSERT_EQ(all.sections_size(), 2) << all.DebugString();
  EXPECT_EQ(all.agency(), "agencies/perron-4");
  EXPECT_EQ(all.sections(0).kind(), "card");
  EXPECT_EQ(all.sections(0).records(0).text_da(), "Kaldes: Mikkel\nSms er i orden: ja\n");
  EXPECT_EQ(all.sections(0).records(0).json(), R"({"preferred_name":"Mikkel","sms_ok":true})");
  EXPECT_EQ(all.sections(1).kind(), "statement");
  EXPECT_TRUE(absl::StrContains(all.sections(1).records(0).text_da(), "Nej, jeg har ingen telefon"));
  EXPECT_FALSE(absl::StrContains(all.DebugString(), "Freja"));
  EXPECT_FALSE(absl::StrContains(all.DebugString(), "noget andet"));
  EXPECT_EQ(Export('c').sections_size(), 0);
}

TEST_F(Rights, AnExportTellsWhoOfTheAgencyReadAboutTheCitizen) {
  for (int i = 0; i < kReadingsPage + 3; ++i) store_.NoteRead(Citizen('a'), absl::StrCat("staff-", i), kNow + absl::Hours(24 * i), "x.v1.Service.Get");
  store_.NoteRead(Citizen('b'), "staff-b", kNow, "x.v1.Service.Get");
  const rights::v1::ExportRecordsResponse first = Export('a');
  ASSERT_EQ(first.sections_size(), 1) << first.DebugString();
  EXPECT_EQ(first.sections(0).kind(), "reading");
  ASSERT_EQ(first.sections(0).records_size(), kReadingsPage);
  EXPECT_EQ(first.sections(0).records(kReadingsPage - 1).json(), R"({"read_by":"staff-3","first_time":"2026-11-25T11:00:00Z","first_method":"x.v1.Service.Get"})");
  const rights::v1::ExportRecordsResponse second = Export('a', first.next_page_token());
  ASSERT_EQ(second.sections_size(), 1);
  ASSERT_EQ(second.sections(0).records_size(), 3);
  EXPECT_EQ(second.sections(0).records(2).text_da(), "Læst af: staff-0\nFørste gang den dag: 22. november 2026 kl. 12:00\nFørst med: x.v1.Service.Get\n");
  EXPECT_EQ(second.next_page_token(), "");
}

// Page by page until the end: each record once.
TEST_F(Rights, ALongExportGoesOn) {
  for (int i = 0; i < kExportPage + 5; ++i) ASSERT_TRUE(Add('a', absl::StrCat("nummer ", i)).ok());
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    const rights::v1::ExportRecordsResponse page = Export('a', token);
    for (const auto& section : page.sections()) {
      for (const auto& record : section.records()) EXPECT_TRUE(seen.insert(record.json()).second) << record.json();
    }
    token = page.next_page_token();
    ASSERT_LT(++pages, 5);
  } while (!token.empty());
  EXPECT_EQ(seen.size(), static_cast<size_t>(kExportPage + 5));
  EXPECT_EQ(pages, 2);
}

TEST_F(Rights, AStatementStandsBesideTheRecordsAndChangesNone) {
  CitizenCard card;
  card.set_preferred_name("Mikkel");
  ASSERT_TRUE(store_.Put(std::string(26, 'a'), card).ok());
  const auto added = Add('a', "Jeg hedder noget andet", type::v1::DATA_CATEGORY_IDENTITY);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_TRUE(absl::StartsWith(added->name(), "statements/"));
  EXPECT_EQ(added->citizen(), Citizen('a'));
  EXPECT_EQ(store_.Find<CitizenCard>(std::string(26, 'a'))->SerializeAsString(), card.SerializeAsString());

  rights::v1::ListStatementsRequest list;
  list.set_citizen(Citizen('a'));
  auto listed = store_.Ask<rights::v1::ListStatementsResponse>(module_.handlers.at("ListStatements"), By('x'), list);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->statements_size(), 1);
  EXPECT_EQ(listed->statements(0).DebugString(), added->DebugString());
}

// The door shows the newest three of each kind, each under its own category.
TEST_F(Rights, TheFileHasTheNewestOfEachCategory) {
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(Add('a', absl::StrCat("kontakt ", i)).ok());
  ASSERT_TRUE(Add('a', "navn", type::v1::DATA_CATEGORY_IDENTITY).ok());
  const auto* file = store_.Find<rights::v1::StatementsInFile>(std::string(26, 'a'));
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(file->contact_size(), kStatementsInFile);
  EXPECT_EQ(file->contact(0), "kontakt 5");
  EXPECT_EQ(file->contact(2), "kontakt 3");
  ASSERT_EQ(file->identity_size(), 1);
  EXPECT_EQ(file->identity(0), "navn");
}

TEST_F(Rights, AStatementIsAboutWhatIsKeptHere) {
  for (int c = type::v1::DataCategory_MIN; c <= type::v1::DataCategory_MAX; ++c) {
    const bool kept = c == type::v1::DATA_CATEGORY_CONTACT || c == type::v1::DATA_CATEGORY_IDENTITY;
    EXPECT_EQ(Add('a', "x", static_cast<type::v1::DataCategory>(c)).ok(), kept) << c;
  }
}

TEST_F(Rights, ThereIsAnEndToStatements) {
  for (int i = 0; i < kMaxStatements; ++i) ASSERT_TRUE(Add('a', "x").ok());
  EXPECT_EQ(ReasonOf(Add('a', "x").status()), "TOO_MANY");
  EXPECT_TRUE(Add('b', "x").ok());
}

TEST_F(Rights, NobodyFillsTheCitizensPlace) {
  for (int i = 0; i < kMaxStatementsByStaff; ++i) {
    const auto added = AddBy(By('a', type::v1::WORD_PRESENT), "x");
    ASSERT_TRUE(added.ok());
    EXPECT_EQ(added->word(), type::v1::WORD_PRESENT) << "it says by whose word it stands";
  }
  EXPECT_EQ(ReasonOf(AddBy(By('a', type::v1::WORD_PRESENT), "x").status()), "TOO_MANY");
  EXPECT_TRUE(Add('a', "x").ok());
  EXPECT_TRUE(AddBy(By('a', type::v1::WORD_TWO_PERSONS), "x").ok());
}

TEST_F(Rights, ATicketAddsOneStatement) {
  const Call once = By('a');
  ASSERT_TRUE(AddBy(once, "x").ok());
  Call again = By('a');
  again.presence->set_nonce(once.presence->nonce());
  EXPECT_EQ(ReasonOf(AddBy(again, "y").status()), "TICKET_REFUSED");
}

TEST_F(Rights, ErasingDestroysTheKeyOfThisCitizenAlone) {
  ASSERT_TRUE(Erase('a').ok());
  EXPECT_EQ(store_.destroyed(), std::set<std::string>{Citizen('a')});
}

TEST_F(Rights, WhatGoesOnIsEndedFirst) {
  CitizenCard card;
  card.set_interpreter_needed(true);
  ASSERT_TRUE(store_.Put(std::string(26, 'a'), card).ok());
  EXPECT_EQ(ReasonOf(Erase('a')), "WRONG_STATE");
  EXPECT_TRUE(store_.destroyed().empty());
  EXPECT_TRUE(Erase('b').ok());
}

TEST(Readable, ReadsADayATimeAndWhatIsInside) {
  CitizenStatement statement;
  statement.set_text("to\nlinjer");
  statement.set_about(type::v1::DATA_CATEGORY_HOUSING);
  statement.mutable_create_time()->set_seconds(absl::ToUnixSeconds(kNow));
  EXPECT_EQ(ReadableDa(statement), "Tekst: to\n  linjer\nDet handler om: bolig\nSkrevet: 22. november 2026 kl. 12:00\n");
  statement.set_word(type::v1::WORD_TWO_PERSONS);
  EXPECT_TRUE(absl::EndsWith(ReadableDa(statement), "\nSådan blev det sagt: til to personer\n")) << ReadableDa(statement);
  stored::ReadNote note;
  note.set_time_ms(absl::ToUnixMillis(kNow));
  EXPECT_EQ(ReadableDa(note), "Time ms: 22. november 2026 kl. 12:00\n");
  CitizenCard card;
  *card.mutable_birth_date() = ToDate(absl::CivilDay(1980, 1, 2));
  EXPECT_EQ(ReadableDa(card), "Fødselsdato: 2. januar 1980\n");
  rights::v1::AddStatementResponse response;
  response.mutable_statement()->set_text("x");
  EXPECT_EQ(ReadableDa(response), "Statement:\n  Tekst: x\n");
  EXPECT_EQ(ValueWordDa("SOMETHING_NEW"), "something new");
  EXPECT_EQ(FieldWordDa("goals"), "Ønsker og mål");
  EXPECT_EQ(FieldWordDa("something_new"), "Something new");
}

}  // namespace
}  // namespace brobygger
