// Taking back, narrowing and renewing, as calls against records in memory.
#include "gtest/gtest.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"
#include "services/consent/story.h"
#include "services/consent/testing/world.h"
#include "services/runtime/civil.h"
#include "services/runtime/policy.h"

namespace brobygger::consent {
namespace {

constexpr auto kHome = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
constexpr auto kContact = type::v1::DATA_CATEGORY_CONTACT;
constexpr auto kHousingData = type::v1::DATA_CATEGORY_HOUSING;
constexpr char kCpr[] = "010190-1234";

class Ending : public ::testing::Test {
 protected:
  // The one record in this state.
  std::pair<std::string, records::ConsentRecord> Only(v1::ConsentState state) {
    for (const auto& [id, r] : w.store.All<records::ConsentRecord>()) {
      if (r->state() == state) return {id, *r};
    }
    ADD_FAILURE() << "none in state " << state;
    return {};
  }

  World w;
  std::string citizen = w.Ensure(kDropin, kCpr);
};

TEST_F(Ending, WithdrawThisThisRecipientOrEverything) {
  const auto give = [&](const std::string& holder, const std::string& recipient) {
    const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(holder, recipient, type::v1::PURPOSE_COORDINATE_SUPPORT, {kContact})});
    const auto given = w.Activate(w.TwoPersons(w.Staff(kDropin), kTreatment), w.Activation(citizen, drafts));
    EXPECT_TRUE(given.ok()) << given.status();
    return given->consents(0).name();
  };
  const std::string first = give(kDropin, kHousing);
  give(kTreatment, kHousing);
  give(kDropin, kJobcentre);
  give(kHousing, kDropin);
  v1::WithdrawConsentsRequest request;
  const auto withdraw = [&](const Call& call) { return w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, call, request); };

  EXPECT_EQ(ReasonOf(withdraw(w.Login(kCpr)).status()), "FIELD_REQUIRED");
  request.set_everything(false);
  EXPECT_EQ(ReasonOf(withdraw(w.Login(kCpr)).status()), "FIELD_REQUIRED");
  request.set_citizen(citizen);
  request.set_consent(first);
  EXPECT_EQ(ReasonOf(withdraw(w.Staff(kDropin)).status()), "PRESENCE_REQUIRED");
  // The citizen's word to anyone is enough.
  const size_t entries = w.store.ledger().size();
  auto done = withdraw(World::Stated(w.Staff(kDropin)));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->withdrawn(), 1);
  EXPECT_EQ(w.store.ledger().size(), entries + 1);
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CONSENT_WITHDRAWN);
  EXPECT_EQ(w.store.Facet("consent", Only(v1::CONSENT_STATE_WITHDRAWN).first)[0], 'W');
  EXPECT_EQ(ReasonOf(withdraw(World::Stated(w.Staff(kDropin))).status()), "WRONG_STATE");

  request.Clear();
  request.set_recipient(kHousing);
  done = withdraw(w.Login(kCpr));
  EXPECT_EQ(done->withdrawn(), 1);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 2);
  // Somebody who works for the recipient hears it as well as anybody.
  request.set_citizen(w.Ensure(kJobcentre, kCpr));
  request.set_everything(true);
  done = withdraw(World::Stated(w.Staff(kJobcentre)));
  EXPECT_EQ(done->withdrawn(), 1);  // of the job centre's own; what else ended is not theirs to know
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_WITHDRAWN), 4);
  done = withdraw(World::Stated(w.Staff(kJobcentre)));
  EXPECT_EQ(done->withdrawn(), 0);
  // Somebody whom nobody knows has nothing to take back.
  request.clear_citizen();
  EXPECT_EQ(withdraw(w.Login("020290-1234"))->withdrawn(), 0);
}

// What was said last holds. A yes that is still on its way when it is taken back (its caller has given up, a replica hangs) gives
// nothing any more, also if there was nothing to take back yet.
TEST_F(Ending, AnEarlierYesThatComesLateGivesNothing) {
  const absl::Time begun = w.now, later = begun + absl::Seconds(30);
  const auto at = [&](absl::Time when, const auto& act) {
    w.now = when;
    const absl::Status s = act();
    w.now = later;
    return s;
  };
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  const Call two = w.TwoPersons(w.Staff(kDropin), kTreatment);
  const auto give = [&] { return w.Activate(two, w.Activation(citizen, drafts)).status(); };
  v1::WithdrawConsentsRequest request;
  const auto withdraw = [&] { return w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login(kCpr), request).status(); };

  request.set_recipient(kHousing);
  ASSERT_TRUE(at(later, withdraw).ok());
  EXPECT_EQ(ReasonOf(at(begun, give)), "WRONG_STATE");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  EXPECT_TRUE(at(later, give).ok()) << "whoever asks the citizen again is answered";

  // The same for what renews …
  v1::RenewConsentRequest renewal;
  renewal.set_citizen(citizen);
  renewal.set_consent(drafts[0].name());
  *renewal.mutable_given() = w.Activation(citizen, drafts).given();
  google::protobuf::RepeatedPtrField<std::string> named;
  *named.Add() = drafts[0].name();
  const Call again = World::Naming(named, w.TwoPersons(w.Staff(kDropin), kTreatment));
  const auto renew = [&] { return w.Ask<v1::RenewConsentResponse>(RenewConsent, again, renewal).status(); };
  request.set_recipient(kJobcentre);
  ASSERT_TRUE(at(later, withdraw).ok());
  EXPECT_EQ(ReasonOf(at(begun, renew)), "WRONG_STATE");
  EXPECT_TRUE(at(later, renew).ok());
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);

  // … and for opening all doors, after they were closed once more.
  registry::v1::RestrictCitizenRequest doors;
  const auto set = [&](bool restricted) {
    doors.set_restricted(restricted);
    return w.Ask<registry::v1::RestrictCitizenResponse>(RestrictCitizen, w.Login(kCpr), doors).status();
  };
  ASSERT_TRUE(at(begun, [&] { return set(true); }).ok());
  ASSERT_TRUE(at(later, [&] { return set(true); }).ok());
  EXPECT_EQ(ReasonOf(at(begun, [&] { return set(false); })), "WRONG_STATE");
  EXPECT_TRUE(at(later, [&] { return set(false); }).ok());
  // An earlier closing that comes late closes all the same, and takes no mark back.
  EXPECT_TRUE(at(begun, [&] { return set(true); }).ok());
  EXPECT_EQ(ReasonOf(at(begun, [&] { return set(false); })), "WRONG_STATE");
}

// What the citizen said stands in the ledger, also if there was nothing to take back: a yes that was begun before it no longer counts.
TEST_F(Ending, TakingBackNothingIsWrittenDownOnce) {
  const auto withdraw = [&](const std::string& recipient) {
    v1::WithdrawConsentsRequest request;
    if (recipient.empty()) request.set_everything(true);
    else request.set_recipient(recipient);
    EXPECT_TRUE(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login(kCpr), request).ok());
  };
  for (const std::string& recipient : {std::string(), std::string(kHousing)}) {
    const size_t entries = w.store.ledger().size();
    withdraw(recipient);
    ASSERT_EQ(w.store.ledger().size(), entries + 1);
    std::string subject;
    auto entry = w.LastEntry(&subject);
    EXPECT_EQ(subject, w.SubjectOf(kDropin, citizen));
    EXPECT_EQ(entry.details().act(), ledger::v1::ACT_CONSENT_WITHDRAWN);
    EXPECT_EQ(entry.details().recipient(), recipient);
    entry.set_time_ms(absl::ToUnixMillis(w.now));
    EXPECT_EQ(Sentence(Language::kDanish, entry, w.directory),
              recipient.empty() ? "Den 1. marts trak du alt tilbage. Der var ikke noget ja at trække tilbage."
                                : "Den 1. marts trak du alt tilbage fra Boligenheden. Der var ikke noget ja at trække tilbage.");
  }
  w.Give(citizen);
  const size_t entries = w.store.ledger().size();
  withdraw(kHousing);
  EXPECT_EQ(w.store.ledger().size(), entries + 1) << "and once for each yes that there was";
  EXPECT_NE(w.LastEntry().details().holder(), "");
}

// What a holder's service hears before it says that something was sent.
TEST_F(Ending, AnArrowSaysYesOnlyWhileTheGateWould) {
  w.Give(citizen);
  const auto seen = [&](const std::string& agency, const std::string& whose, const std::string& recipient, type::v1::Purpose purpose) {
    v1::CheckArrowRequest request;
    request.set_citizen(whose);
    request.set_recipient(recipient);
    request.set_purpose(purpose);
    const auto answer = w.Ask<v1::CheckArrowResponse>(SeeArrow, w.Staff(agency), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->categories_size() : -1;
  };
  const auto purpose = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
  EXPECT_EQ(seen(kDropin, citizen, kHousing, purpose), 2);
  EXPECT_EQ(seen(kDropin, citizen, kJobcentre, purpose), 0);
  EXPECT_EQ(seen(kDropin, citizen, kHousing, type::v1::PURPOSE_COORDINATE_SUPPORT), 0);
  EXPECT_EQ(seen(kHousing, w.Ensure(kHousing, kCpr), kHousing, purpose), 0) << "somebody else's arrow";
  EXPECT_EQ(seen(kDropin, "citizens/" + std::string(26, 'q'), kHousing, purpose), 0) << "nobody";
  registry::v1::RestrictCitizenRequest doors;
  for (const bool closed : {true, false}) {
    doors.set_restricted(closed);
    ASSERT_TRUE(w.Ask<registry::v1::RestrictCitizenResponse>(RestrictCitizen, w.Login(kCpr), doors).ok());
    EXPECT_EQ(seen(kDropin, citizen, kHousing, purpose), closed ? 0 : 2);
  }
  w.now += absl::Hours(24 * 190);
  EXPECT_EQ(seen(kDropin, citizen, kHousing, purpose), 0) << "ended by itself";
  w.now -= absl::Hours(24 * 190);
  v1::WithdrawConsentsRequest request;
  request.set_everything(true);
  w.now += absl::Minutes(1);
  ASSERT_TRUE(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login(kCpr), request).ok());
  EXPECT_EQ(seen(kDropin, citizen, kHousing, purpose), 0);
}

// Neither by what it says nor by what it has to read.
TEST_F(Ending, AnArrowTellsNothingOfWhatWasGivenElsewhere) {
  w.Give(citizen);
  const auto rounds = [&] {
    v1::CheckArrowRequest request;
    request.set_citizen(citizen);
    request.set_recipient(kHousing);
    request.set_purpose(kHome);
    const auto answer = w.Ask<v1::CheckArrowResponse>(SeeArrow, w.Staff(kDropin), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->categories_size(), 2);
    return w.store.rounds();
  };
  const int before = rounds();
  records::ConsentRecord elsewhere;
  elsewhere.set_state(v1::CONSENT_STATE_ACTIVE);
  elsewhere.set_subject(w.SubjectOf(kDropin, citizen));
  elsewhere.set_holder(kTreatment);
  elsewhere.set_recipient(kJobcentre);
  elsewhere.set_purpose(kHome);
  elsewhere.set_end_ms(absl::ToUnixMillis(w.now + absl::Hours(24)));
  for (int i = 0; i <= kMaxPage; ++i) ASSERT_TRUE(w.store.Put(absl::StrCat("elsewhere-", i), elsewhere).ok());
  EXPECT_EQ(rounds(), before);
}

// Taking back needs least, looking across agencies needs more: the receipt must not be a way to look.
TEST_F(Ending, TakingBackTellsOnePersonOfTheirOwnAgencyOnly) {
  const auto give = [&](const std::string& holder, const std::string& recipient) {
    const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(holder, recipient, type::v1::PURPOSE_COORDINATE_SUPPORT, {kContact})});
    ASSERT_TRUE(w.Activate(w.TwoPersons(w.Staff(kDropin), kTreatment), w.Activation(citizen, drafts)).ok());
  };
  const std::string known_at_job = w.Ensure(kJobcentre, kCpr);
  const auto withdraw = [&](const Call& call, const std::string& recipient) {
    v1::WithdrawConsentsRequest request;
    if (!call.OwnLogin()) request.set_citizen(call.agency.value() == kJobcentre ? known_at_job : citizen);
    if (recipient.empty()) request.set_everything(true);
    else request.set_recipient(recipient);
    auto done = w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, call, request);
    EXPECT_TRUE(done.ok()) << done.status();
    done->mutable_receipt()->clear_name();  // random
    return *done;
  };
  for (const std::string& recipient : {std::string(), std::string(kHousing)}) {
    give(kTreatment, kHousing);
    const auto with = withdraw(World::Stated(w.Staff(kJobcentre)), recipient);
    EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
    const auto without = withdraw(World::Stated(w.Staff(kJobcentre)), recipient);
    EXPECT_EQ(with.SerializeAsString(), without.SerializeAsString()) << with.DebugString();
    EXPECT_EQ(with.DebugString().find("Rusmiddelcentret"), std::string::npos);
    EXPECT_GE(with.receipt().lines_da_size(), 3);
  }
  // One's own agency's are named, also to one person; all are, by a word that is enough to look.
  give(kTreatment, kHousing);
  give(kDropin, kHousing);
  auto done = withdraw(World::Stated(w.Staff(kDropin)), "");
  EXPECT_EQ(done.withdrawn(), 1);
  EXPECT_NE(done.DebugString().find("Perron 4"), std::string::npos);
  EXPECT_EQ(done.DebugString().find("Rusmiddelcentret"), std::string::npos);
  // A statement tells only whoever it was for: seeing.
  for (const Call& call : {w.CodeCard(w.Staff(kJobcentre)), w.TwoPersons(w.Staff(kJobcentre), kDropin),
                           World::For(type::v1::PRESENCE_USE_REGISTRY, w.TwoPersons(w.Staff(kJobcentre), kDropin)),
                           World::For(type::v1::PRESENCE_USE_SEE, w.TwoPersons(w.Staff(kJobcentre), kJobcentre))}) {
    give(kTreatment, kHousing);
    done = withdraw(call, "");
    EXPECT_EQ(done.withdrawn(), 0);
    EXPECT_EQ(done.DebugString().find("Rusmiddelcentret"), std::string::npos);
    EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 0);
  }
  constexpr auto kSee = type::v1::PRESENCE_USE_SEE;
  for (const Call& call : {w.Login(kCpr), World::For(kSee, w.CodeCard(w.Staff(kJobcentre))), World::For(kSee, w.TwoPersons(w.Staff(kJobcentre), kDropin))}) {
    give(kTreatment, kHousing);
    give(kDropin, kHousing);
    done = withdraw(call, "");
    EXPECT_EQ(done.withdrawn(), 2);
    EXPECT_NE(done.DebugString().find("Rusmiddelcentret"), std::string::npos);
    EXPECT_EQ(done.receipt().lines_da_size(), 4);
  }
}

TEST_F(Ending, AnotherCitizensConsentIsNotFound) {
  w.Give(citizen);
  const std::string other = w.Ensure(kDropin, "020290-1234");
  v1::ListConsentsRequest list;
  list.set_citizen(citizen);
  const std::string name = w.Ask<v1::ListConsentsResponse>(ListConsents, w.Staff(kDropin), list)->consents(0).name();
  v1::WithdrawConsentsRequest request;
  request.set_citizen(other);
  request.set_consent(name);
  EXPECT_EQ(ReasonOf(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, World::Stated(w.Staff(kDropin)), request).status()), "NOT_FOUND");
  request.clear_citizen();
  EXPECT_EQ(ReasonOf(w.Ask<v1::WithdrawConsentsResponse>(WithdrawConsents, w.Login("020290-1234"), request).status()), "NOT_FOUND");
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
}

TEST_F(Ending, NarrowingTakesAPartBack) {
  const v1::Consent given = w.Give(citizen);
  v1::NarrowConsentRequest request;
  request.set_citizen(citizen);
  request.set_consent(given.name());
  const auto narrow = [&] { return w.Ask<v1::NarrowConsentResponse>(NarrowConsent, World::Stated(w.Staff(kDropin)), request); };
  EXPECT_EQ(ReasonOf(narrow().status()), "OUT_OF_RANGE");  // nothing narrower
  request.add_categories(kHousingData);
  EXPECT_EQ(ReasonOf(narrow().status()), "OUT_OF_RANGE");  // more, not less
  request.clear_categories();
  *request.mutable_last_day() = ToDate(absl::CivilDay(2026, 9, 2));
  EXPECT_EQ(ReasonOf(narrow().status()), "OUT_OF_RANGE");  // longer, not shorter
  *request.mutable_last_day() = ToDate(absl::CivilDay(2026, 4, 30));
  request.add_categories(kContact);
  EXPECT_EQ(ReasonOf(w.Ask<v1::NarrowConsentResponse>(NarrowConsent, w.Staff(kDropin), request).status()), "PRESENCE_REQUIRED");
  const auto done = narrow();
  ASSERT_TRUE(done.ok()) << done.status();
  const auto [id, r] = Only(v1::CONSENT_STATE_ACTIVE);
  EXPECT_EQ(r.mask(), Bit(kContact));
  EXPECT_EQ(absl::FromUnixMillis(r.end_ms()), StartOfDay(absl::CivilDay(2026, 5, 1)));
  const auto [old_id, old] = Only(v1::CONSENT_STATE_SUPERSEDED);
  EXPECT_EQ(old.successor(), id);
  EXPECT_EQ(r.holder_ref(), old.holder_ref());
  EXPECT_EQ(w.store.Find<records::Arrow>(ArrowId(kHousing, r.recipient_ref(), kDropin))->latest().at(kHome), id);
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CONSENT_NARROWED);
  EXPECT_NE(done->consent().name(), given.name());
  EXPECT_EQ(ReasonOf(narrow().status()), "WRONG_STATE");  // the old name
}

TEST_F(Ending, RenewingTakesTheSameWordAndExpiredIsOver) {
  const v1::Consent given = w.Give(citizen);
  v1::RenewConsentRequest request;
  request.set_citizen(citizen);
  request.set_consent(given.name());
  request.mutable_given()->set_evidence(v1::EVIDENCE_ORAL_WITNESSED);
  request.mutable_given()->set_capacity_attested(true);
  request.mutable_given()->set_understood_read_back(true);
  request.mutable_given()->set_told_voluntary(true);
  request.mutable_given()->set_text_version(w.Text().version());
  request.mutable_given()->set_text_sha256(w.Text().sha256());
  const auto renew = [&](const Call& call) {
    google::protobuf::RepeatedPtrField<std::string> name;
    *name.Add() = request.consent();
    return w.Ask<v1::RenewConsentResponse>(RenewConsent, World::Naming(name, call), request);
  };
  w.now = StartOfDay(absl::CivilDay(2026, 8, 1));
  EXPECT_EQ(ReasonOf(renew(World::Stated(w.Staff(kDropin))).status()), "WORD_NOT_ENOUGH");
  const auto done = renew(w.TwoPersons(w.Staff(kDropin), kHousing));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(absl::FromUnixMillis(Only(v1::CONSENT_STATE_ACTIVE).second.end_ms()), StartOfDay(absl::CivilDay(2027, 2, 2)));
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_SUPERSEDED), 1);
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_CONSENT_RENEWED);

  request.set_consent(done->consent().name());
  w.now = StartOfDay(absl::CivilDay(2027, 2, 2));  // the end is exclusive
  EXPECT_EQ(ReasonOf(renew(w.TwoPersons(w.Staff(kDropin), kHousing)).status()), "WRONG_STATE");
  v1::GetConsentRequest get;
  get.set_name(done->consent().name());
  EXPECT_TRUE(w.Ask<v1::GetConsentResponse>(GetConsent, w.Staff(kDropin), get)->consent().expired());
  EXPECT_TRUE(w.Ask<v1::ListIncomingConsentsResponse>(ListIncomingConsents, w.Staff(kHousing), v1::ListIncomingConsentsRequest())->consents().empty());
}

}  // namespace
}  // namespace brobygger::consent
