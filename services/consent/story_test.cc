#include "services/consent/story.h"

#include <set>

#include "gtest/gtest.h"
#include "services/consent/recipients.h"
#include "services/consent/registry.h"
#include "services/consent/testing/world.h"
#include "services/runtime/status.h"
#include "services/runtime/civil.h"

namespace brobygger::consent {
namespace {

using Row = ::brobygger::stored::LedgerRow;
constexpr auto kDa = Language::kDanish, kEn = Language::kEnglish;

Row Look(absl::CivilDay day, const char* agency, CategoryMask asked, CategoryMask given, ledger::v1::Rule rule) {
  Row row;
  row.set_kind(ledger::v1::ENTRY_KIND_LOOK);
  row.set_number(7);
  row.set_time_ms(absl::ToUnixMillis(StartOfDay(day) + absl::Minutes(1)));  // the day before, in UTC
  row.mutable_details()->set_agency(agency);
  row.mutable_details()->set_holder(kDropin);
  row.mutable_details()->set_recipient(agency);
  row.mutable_details()->set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  row.mutable_details()->set_asked_mask(asked);
  row.mutable_outcome()->set_given_mask(given);
  row.mutable_outcome()->set_rule(rule);
  return row;
}

TEST(Story, TheTwoSentencesOfTheDesign) {
  const Directory directory = TestDirectory();
  const Row yes = Look(absl::CivilDay(2026, 3, 3), kHousing, Bit(type::v1::DATA_CATEGORY_APPOINTMENTS), Bit(type::v1::DATA_CATEGORY_APPOINTMENTS), ledger::v1::RULE_CONSENT);
  EXPECT_EQ(Sentence(kDa, yes, directory), "Den 3. marts fik Boligenheden lov at se dine aftaler. Formål: Finde eller beholde en bolig.");
  EXPECT_EQ(Sentence(kEn, yes, directory), "On 3 March the Housing Unit was allowed to see your appointments. Purpose: Find or keep a home.");
  const Row no = Look(absl::CivilDay(2026, 3, 9), kJobcentre, Bit(type::v1::DATA_CATEGORY_SUBSTANCE_TREATMENT), 0, ledger::v1::RULE_NO_CONSENT);
  EXPECT_EQ(Sentence(kDa, no, directory), "Den 9. marts spurgte Jobcentret om din behandling. De fik nej.");
  EXPECT_EQ(Sentence(kEn, no, directory), "On 9 March the Job Centre asked about your treatment. They got a no.");
  const Row part = Look(absl::CivilDay(2026, 12, 31), kHousing, Bit(type::v1::DATA_CATEGORY_CONTACT) | Bit(type::v1::DATA_CATEGORY_HOUSING) | Bit(type::v1::DATA_CATEGORY_FINANCES),
                        Bit(type::v1::DATA_CATEGORY_CONTACT) | Bit(type::v1::DATA_CATEGORY_HOUSING), ledger::v1::RULE_CONSENT);
  EXPECT_EQ(Sentence(kDa, part, directory),
            "Den 31. december fik Boligenheden lov at se dine kontaktoplysninger og din boligsituation. Formål: Finde eller beholde en bolig. De spurgte også om "
            "din økonomi. Det fik de ikke.");
}

TEST(Story, WhoWasShownSomethingHasToBeToldAndNobodyElse) {
  const CategoryMask contact = Bit(type::v1::DATA_CATEGORY_CONTACT), home = Bit(type::v1::DATA_CATEGORY_HOUSING);
  Recipients told;
  told.Add(Look(absl::CivilDay(2026, 3, 9), kHousing, contact | home, home, ledger::v1::RULE_CONSENT));
  told.Add(Look(absl::CivilDay(2026, 3, 3), kHousing, contact, contact, ledger::v1::RULE_CONSENT));
  told.Add(Look(absl::CivilDay(2026, 3, 20), kTreatment, contact, contact, ledger::v1::RULE_CONSENT));
  told.Add(Look(absl::CivilDay(2026, 3, 9), kJobcentre, contact, 0, ledger::v1::RULE_NO_CONSENT));
  told.Add(Look(absl::CivilDay(2026, 3, 9), kJobcentre, contact, 0, ledger::v1::RULE_CONSENT));  // nothing of what was asked for
  Row act = Look(absl::CivilDay(2026, 3, 9), kJobcentre, contact, contact, ledger::v1::RULE_CONSENT);
  act.set_kind(ledger::v1::ENTRY_KIND_CONSENT);
  told.Add(act);
  records::Export e;
  told.Into(&e);
  ASSERT_EQ(e.recipients_size(), 2);
  EXPECT_EQ(e.recipients(0).agency(), kTreatment) << "the latest first";
  const auto& housing = e.recipients(1);
  EXPECT_EQ(housing.agency(), kHousing);
  EXPECT_EQ(housing.holder(), kDropin);
  EXPECT_EQ(housing.looks(), 2);
  EXPECT_EQ(housing.categories_size(), 2);
  EXPECT_LT(housing.first_ms(), housing.last_ms());

  ConsentRules rules;
  const Directory directory = TestDirectory();
  rules.directory = &directory;
  registry::v1::ExportCitizenDataResponse response;
  ASSERT_TRUE(FillExport(rules, e, Noon(), &response).ok());
  EXPECT_NE(response.text_da().find("- Boligenheden så dine kontaktoplysninger og din boligsituation hos Perron 4: 2 gange, første gang den 3. marts 2026, sidst den 9. marts 2026."),
            std::string::npos)
      << response.text_da();
  EXPECT_NE(response.json().find("\"looks\": 2"), std::string::npos);
  ASSERT_TRUE(FillExport(rules, records::Export(), Noon(), &response).ok());
  EXPECT_NE(response.text_da().find("slettet: ingen"), std::string::npos);
}

TEST(Story, EveryRuleHasItsReason) {
  const Directory directory = TestDirectory();
  std::set<std::string> da, en;
  int rules = 0;
  for (int r = ledger::v1::Rule_MIN; r <= ledger::v1::Rule_MAX; ++r) {
    if (!ledger::v1::Rule_IsValid(r)) continue;
    ++rules;
    const Row row = Look(absl::CivilDay(2026, 3, 3), kHousing, Bit(type::v1::DATA_CATEGORY_FINANCES), 0, static_cast<ledger::v1::Rule>(r));
    da.insert(Why(kDa, row, directory));
    en.insert(Why(kEn, row, directory));
    EXPECT_EQ(ToStory(row, directory).allowed(), false);
  }
  EXPECT_EQ(da.size(), static_cast<size_t>(rules));
  EXPECT_EQ(en.size(), static_cast<size_t>(rules));
  EXPECT_TRUE(da.count("Du havde trukket dit ja tilbage."));
  EXPECT_TRUE(da.count("Der var ikke noget ja fra dig til, at Perron 4 deler oplysninger med Boligenheden."));
}

TEST(Story, ASystemThatAskedForAPersonIsNamed) {
  const Directory directory = TestDirectory();
  Row row = Look(absl::CivilDay(2026, 3, 3), kHousing, Bit(type::v1::DATA_CATEGORY_APPOINTMENTS), Bit(type::v1::DATA_CATEGORY_APPOINTMENTS), ledger::v1::RULE_CONSENT);
  EXPECT_EQ(Why(kDa, row, directory), "Du havde sagt ja til, at Perron 4 må dele dine aftaler med Boligenheden. Formål: Finde eller beholde en bolig.");
  row.mutable_details()->set_person("adviser-1");
  row.mutable_details()->set_system("bolig-system");
  EXPECT_EQ(Sentence(kDa, row, directory),
            "Den 3. marts fik Boligenheden lov at se dine aftaler. Formål: Finde eller beholde en bolig. De spurgte gennem deres eget it-system.");
  EXPECT_EQ(Sentence(kEn, row, directory),
            "On 3 March the Housing Unit was allowed to see your appointments. Purpose: Find or keep a home. They asked through their own IT system.");
  EXPECT_EQ(Why(kDa, row, directory),
            "Du havde sagt ja til, at Perron 4 må dele dine aftaler med Boligenheden. Formål: Finde eller beholde en bolig. Deres it-system (bolig-system) "
            "spurgte på vegne af en medarbejder.");
  EXPECT_EQ(Why(kEn, row, directory),
            "You had said yes: Perron 4 may share your appointments with the Housing Unit. Purpose: Find or keep a home. Their IT system (bolig-system) asked "
            "on behalf of a member of staff.");
  EXPECT_EQ(ToStory(row, directory).details().system(), "bolig-system");
  row.mutable_outcome()->set_rule(ledger::v1::RULE_WITHDRAWN);
  row.mutable_outcome()->set_given_mask(0);
  EXPECT_EQ(Sentence(kDa, row, directory), "Den 3. marts spurgte Boligenheden om dine aftaler. De fik nej. De spurgte gennem deres eget it-system.");
}

TEST(Story, EveryActHasItsSentence) {
  const Directory directory = TestDirectory();
  std::set<std::string> da, en;
  int acts = 0;
  for (int a = 1; a <= ledger::v1::Act_MAX; ++a) {
    if (!ledger::v1::Act_IsValid(a)) continue;
    ++acts;
    Row row = Look(absl::CivilDay(2026, 3, 1), kDropin, 0, 0, ledger::v1::RULE_UNSPECIFIED);
    row.set_kind(ledger::v1::ENTRY_KIND_CONSENT);
    row.clear_outcome();
    row.mutable_details()->set_act(static_cast<ledger::v1::Act>(a));
    row.mutable_details()->set_recipient(kHousing);
    row.mutable_details()->set_given_mask(Bit(type::v1::DATA_CATEGORY_CONTACT));
    const auto entry = ToStory(row, directory);
    EXPECT_FALSE(entry.look());
    EXPECT_EQ(entry.text_da().find("noget hos"), std::string::npos) << a;
    da.insert(entry.text_da());
    en.insert(entry.text_en());
  }
  EXPECT_EQ(da.size(), static_cast<size_t>(acts));
  EXPECT_EQ(en.size(), static_cast<size_t>(acts));
  EXPECT_TRUE(da.count("Den 1. marts sagde du ja til, at Perron 4 må dele dine kontaktoplysninger med Boligenheden. Formål: Finde eller beholde en bolig."));
}

TEST(Story, AnAgencyThatIsGoneKeepsAName) {
  const Directory directory = TestDirectory();
  Row row = Look(absl::CivilDay(2026, 3, 9), "agencies/nedlagt", Bit(type::v1::DATA_CATEGORY_CONTACT), 0, ledger::v1::RULE_NO_CONSENT);
  EXPECT_EQ(Sentence(kDa, row, directory), "Den 9. marts spurgte nedlagt om dine kontaktoplysninger. De fik nej.");
  row.mutable_details()->clear_agency();
  EXPECT_EQ(Sentence(kDa, row, directory), "Den 9. marts spurgte en myndighed om dine kontaktoplysninger. De fik nej.");
}

TEST(Story, EntryCarriesWhatOpensItsCommitments) {
  Row row = Look(absl::CivilDay(2026, 3, 3), kHousing, 2, 2, ledger::v1::RULE_CONSENT);
  row.set_subject_salt("subject salt");
  row.set_details_salt("details salt");
  row.mutable_chain()->set_subject(std::string(26, 's'));
  row.mutable_chain()->set_sequence(4);
  row.mutable_chain()->set_previous(3);
  const auto entry = ToStory(row, TestDirectory());
  EXPECT_EQ(entry.number(), 7u);
  EXPECT_TRUE(entry.allowed());
  EXPECT_TRUE(entry.look());
  EXPECT_EQ(entry.details().sequence(), 4u);
  EXPECT_EQ(entry.details().given_mask(), 2u);
  EXPECT_EQ(entry.subject_salt(), "subject salt");
  records::StorySubject subject;
  EXPECT_FALSE(Concerns(row, subject));
  subject.add_absorbed(std::string(26, 's'));
  EXPECT_TRUE(Concerns(row, subject));
  row.mutable_chain()->clear_subject();
  EXPECT_FALSE(Concerns(row, subject));
}

TEST(Story, ReadingItIsByTheCitizensWordAndWrittenDown) {
  World w;
  const std::string citizen = w.Ensure(kDropin, "010190-1234");
  ledger::v1::GetCitizenAccessStoryRequest request;
  request.set_citizen(citizen);
  const auto decide = [&](Call call) {
    call.seed = std::string(32, 'x');
    return w.store.Decide(Typed<ledger::v1::GetCitizenAccessStoryRequest>(
                              [&](const Call& c, const auto& r, View& v) { return GetCitizenAccessStory(w.rules, c, r, v); }),
                          call, request);
  };
  EXPECT_EQ(ReasonOf(decide(World::Stated(w.Staff(kDropin))).status()), "WORD_NOT_ENOUGH");
  constexpr auto kSee = type::v1::PRESENCE_USE_SEE;
  EXPECT_EQ(ReasonOf(decide(w.CodeCard(w.Staff(kDropin))).status()), "STATEMENT_USE");
  EXPECT_EQ(ReasonOf(decide(World::For(kSee, w.TwoPersons(w.Staff(kDropin), kDropin))).status()), "WORD_NOT_ENOUGH");
  ledger::v1::ExplainDecisionRequest why;
  why.set_citizen(citizen);
  const auto explain = [&](const Call& call) { return ReasonOf(w.Ask<ledger::v1::ExplainDecisionResponse>(ExplainDecision, call, why).status()); };
  EXPECT_EQ(explain(w.CodeCard(w.Staff(kDropin))), "STATEMENT_USE");
  EXPECT_EQ(explain(World::For(kSee, w.TwoPersons(w.Staff(kDropin), kDropin))), "WORD_NOT_ENOUGH");
  EXPECT_EQ(explain(World::For(kSee, w.TwoPersons(w.Staff(kDropin), kHousing))), "");
  const auto decision = decide(World::For(kSee, w.CodeCard(w.Staff(kDropin))));
  ASSERT_TRUE(decision.ok()) << decision.status();
  records::StorySubject subject;
  ASSERT_TRUE(subject.ParseFromString(decision->handed_over()));
  EXPECT_EQ(subject.subject(), w.SubjectOf(kDropin, citizen));
  ASSERT_EQ(decision->ledger().size(), 1u);
  EXPECT_EQ(decision->ledger()[0].subject, subject.subject());
  request.clear_citizen();
  const auto unknown = decide(w.Login("020290-1234"));
  ASSERT_TRUE(unknown.ok());
  EXPECT_EQ(unknown->handed_over(), "");
}

}  // namespace
}  // namespace brobygger::consent
