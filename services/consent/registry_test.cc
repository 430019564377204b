#include "services/consent/registry.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/code_card.h"
#include "services/consent/names.h"
#include "services/consent/testing/world.h"
#include "services/runtime/presence.h"

namespace brobygger::consent {
namespace {

constexpr auto kHome = type::v1::PURPOSE_FIND_AND_KEEP_HOME;
constexpr auto kContact = type::v1::DATA_CATEGORY_CONTACT;
constexpr auto kRegistry = type::v1::PRESENCE_USE_REGISTRY;
constexpr char kCpr[] = "010190-1234", kOther[] = "020290-1234";

class Registry : public ::testing::Test {
 protected:
  absl::StatusOr<registry::v1::EnsureCitizenResponse> Ensure(registry::v1::IdentifierScheme scheme, const std::string& value,
                                                             const std::string& agency = kDropin) {
    registry::v1::EnsureCitizenRequest request;
    request.mutable_identifier()->set_scheme(scheme);
    request.mutable_identifier()->set_value(value);
    return w.Ask<registry::v1::EnsureCitizenResponse>(EnsureCitizen, World::Stated(w.Staff(agency)), request);
  }
  type::v1::Presence Signed(const Call& call, const std::string& citizen) {
    type::v1::PresenceStatement s = *call.presence;
    s.set_citizen(citizen);
    type::v1::Presence out;
    out.mutable_signed_()->set_statement(s.SerializeAsString());
    out.mutable_signed_()->set_signature(w.rules.sign(absl::StrCat(kPresenceContext, out.signed_().statement())));
    return out;
  }
  absl::Status Merge(const std::string& kept, const std::string& duplicate, const Call& first, const Call& second) {
    return MergeAs(kept, duplicate, World::For(kRegistry, first), World::For(kRegistry, second));
  }
  absl::Status MergeAs(const std::string& kept, const std::string& duplicate, const Call& first, const Call& second) {
    registry::v1::MergeCitizensRequest request;
    request.set_citizen(kept);
    request.set_duplicate(duplicate);
    *request.mutable_presence() = Signed(first, kept);
    *request.mutable_duplicate_presence() = Signed(second, duplicate);
    return w.Ask<registry::v1::MergeCitizensResponse>(MergeCitizens, first, request).status();
  }
  absl::Status Restrict(const Call& call, const std::string& citizen, bool restricted) {
    registry::v1::RestrictCitizenRequest request;
    request.set_citizen(citizen);
    request.set_restricted(restricted);
    return w.Ask<registry::v1::RestrictCitizenResponse>(RestrictCitizen, call, request).status();
  }

  World w;
};

TEST_F(Registry, EachAgencyHasItsOwnReferenceOfOneCitizen) {
  const std::string a = w.Ensure(kDropin, kCpr), b = w.Ensure(kHousing, "0101901234");
  EXPECT_NE(a, b);
  EXPECT_EQ(w.Ensure(kDropin, kCpr), a);
  EXPECT_EQ(w.SubjectOf(kDropin, a), w.SubjectOf(kHousing, b));
  EXPECT_EQ(w.SubjectOf(kHousing, a), "");
  EXPECT_EQ(w.store.All<records::Subject>().size(), 1u);
  EXPECT_EQ(w.store.All<records::Subject>()[0].second->identifiers(0).value(), "0101901234");
  // No record id tells the number.
  EXPECT_EQ(w.store.All<records::Identity>()[0].first.find("0101901234"), std::string::npos);
  // Without a number, everybody is somebody new.
  EXPECT_NE(w.Ensure(kDropin), w.Ensure(kDropin));
}

TEST_F(Registry, KnownOrNotTheWorkIsTheSame) {
  w.Ensure(kHousing, kCpr);
  struct Work {
    int rounds, writes;
    size_t entries;
    bool operator==(const Work& o) const { return rounds == o.rounds && writes == o.writes && entries == o.entries; }
  };
  const auto work = [&](const std::string& cpr) {
    const size_t before = w.store.ledger().size();
    w.Ensure(kDropin, cpr);
    return Work{w.store.rounds(), w.store.writes(), w.store.ledger().size() - before};
  };
  const Work nowhere = work(kOther), elsewhere = work(kCpr), here = work(kCpr);
  EXPECT_TRUE(nowhere == elsewhere);
  EXPECT_TRUE(nowhere == here);
  EXPECT_EQ(nowhere.entries, 1u);
}

TEST_F(Registry, NumbersThatAreNone) {
  const struct {
    registry::v1::IdentifierScheme scheme;
    const char *value, *reason;
  } rows[] = {
      {registry::v1::IDENTIFIER_SCHEME_CPR, "310290-1234", "CPR_INVALID"},
      {registry::v1::IDENTIFIER_SCHEME_CPR, "610190-1234", "CPR_INVALID"},  // a day + 60 is a replacement number
      {registry::v1::IDENTIFIER_SCHEME_CPR, "010190-123A", "CPR_INVALID"},
      {registry::v1::IDENTIFIER_SCHEME_CPR, "12345", "CPR_INVALID"},
      {registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "610190-1234", ""},
      {registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "010190-1ab2", ""},
      {registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "xyz", "CPR_INVALID"},
      {registry::v1::IDENTIFIER_SCHEME_UNSPECIFIED, "0101901234", "FIELD_REQUIRED"},
      {registry::v1::IDENTIFIER_SCHEME_CPR, "0101901234", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(ReasonOf(Ensure(row.scheme, row.value).status()), row.reason) << row.value;
  // Some replacement numbers are given twice: they never match.
  EXPECT_NE(Ensure(registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "610190-1234")->citizen(),
            Ensure(registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "610190-1234")->citizen());
  EXPECT_FALSE(Ensure(registry::v1::IDENTIFIER_SCHEME_REPLACEMENT_CPR, "610190-1234")->check_number());
  // Modulus 11 is a hint, never a rejection.
  EXPECT_TRUE(Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, "0101901235")->check_number() != Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, "0101901234")->check_number() ||
              Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, "0101901234")->check_number());
}

TEST_F(Registry, SixtyAnHourAndPerson) {
  for (int i = 0; i < kMaxEnsuredPerHour; ++i) ASSERT_TRUE(Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, kCpr).ok()) << i;
  const auto refused = Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, kCpr).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "RATE_LIMITED");
  registry::v1::EnsureCitizenRequest request;
  EXPECT_TRUE(w.Ask<registry::v1::EnsureCitizenResponse>(EnsureCitizen, World::Stated(w.Staff(kDropin, "person-9")), request).ok());
  EXPECT_TRUE(Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, kCpr, kHousing).ok());
  w.now += absl::Hours(1) - absl::Milliseconds(1);
  EXPECT_FALSE(Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, kCpr).ok());
  w.now += absl::Milliseconds(1);
  EXPECT_TRUE(Ensure(registry::v1::IDENTIFIER_SCHEME_CPR, kCpr).ok());
  // Counting is forgotten an hour later.
  w.now += absl::Hours(2);
  Call call;
  call.now = w.now;
  for (const auto& [kind, id] : w.store.Due(w.now)) {
    ASSERT_EQ(kind, "quota");
    ASSERT_TRUE(w.store.RunDue(ForgetQuota, call, id).ok());
  }
  EXPECT_TRUE(w.store.All<records::Quota>().empty());
}

TEST_F(Registry, AnAliasBecomesOneCitizenOnce) {
  const std::string citizen = w.Ensure(kDropin, kCpr), other = w.Ensure(kDropin, kOther);
  registry::v1::LinkAliasRequest request;
  request.set_citizen(citizen);
  request.set_alias("participants/" + std::string(26, 'a'));
  const auto link = [&](const Call& call) { return w.Ask<registry::v1::LinkAliasResponse>(LinkAlias, World::For(kRegistry, call), request); };
  EXPECT_EQ(ReasonOf(link(World::Stated(w.Staff(kDropin))).status()), "PRESENCE_REQUIRED");
  for (auto use : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_GIVE, type::v1::PRESENCE_USE_SEE}) {
    const Call call = World::For(use, w.TwoPersons(w.Staff(kDropin), kDropin));
    EXPECT_EQ(ReasonOf(w.Ask<registry::v1::LinkAliasResponse>(LinkAlias, call, request).status()), "STATEMENT_USE") << use;
  }
  const Call word = w.TwoPersons(w.Staff(kDropin), kDropin);
  const auto linked = link(word);
  ASSERT_TRUE(linked.ok()) << linked.status();
  registry::v1::AliasLink content;
  ASSERT_TRUE(content.ParseFromString(linked->link().statement()));
  EXPECT_EQ(content.citizen(), citizen);
  EXPECT_EQ(content.agency(), kDropin);
  EXPECT_EQ(linked->link().signature(), w.rules.sign(absl::StrCat("brobygger link 1\n", linked->link().statement())));
  // The registry does not keep the alias.
  for (const auto& [id, l] : w.store.All<records::LinkedAlias>()) EXPECT_EQ(id.find("aaaa"), std::string::npos);
  EXPECT_EQ(ReasonOf(link(word).status()), "STATEMENT_USED");
  // Nor for anything else: who witnessed a link has witnessed no yes.
  const auto drafts = w.Propose(kDropin, citizen, {w.Arrow(kDropin, kHousing, kHome, {kContact})});
  EXPECT_EQ(ReasonOf(w.Activate(word, w.Activation(citizen, drafts)).status()), "STATEMENT_USED");
  EXPECT_TRUE(link(w.TwoPersons(w.Staff(kDropin), kDropin)).ok());  // the same citizen may have it again
  request.set_citizen(other);
  EXPECT_EQ(ReasonOf(link(w.TwoPersons(w.Staff(kDropin), kDropin)).status()), "DUPLICATE");
  // Until the two turn out to be one.
  ASSERT_TRUE(Merge(other, citizen, w.TwoPersons(w.Staff(kDropin), kHousing), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
  EXPECT_TRUE(link(w.TwoPersons(w.Staff(kDropin), kDropin)).ok());
}

TEST_F(Registry, TwoRegistrationsBecomeOne) {
  const std::string kept = w.Ensure(kDropin, kCpr), duplicate = w.Ensure(kDropin);
  const std::string kept_id = w.SubjectOf(kDropin, kept), other_id = w.SubjectOf(kDropin, duplicate);
  w.Give(duplicate);
  w.Propose(kDropin, duplicate, {w.Arrow(kTreatment, kHousing, kHome, {kContact})});
  const std::string housed = w.store.All<records::Arrow>()[0].first.substr(11, 26);
  EXPECT_EQ(w.SubjectOf(kHousing, CitizenName(housed)), other_id);

  const auto two = [&] { return w.TwoPersons(w.Staff(kDropin), kHousing); };
  // Two colleagues could merge a citizen into a registration of their own, and then log in as that citizen.
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, w.TwoPersons(w.Staff(kDropin), kDropin), two())), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, two(), w.TwoPersons(w.Staff(kDropin), kDropin))), "WORD_NOT_ENOUGH");
  Call present = two();
  present.presence->set_word(type::v1::WORD_PRESENT);
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, present, two())), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, two(), present)), "WORD_NOT_ENOUGH");
  for (auto other : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_GIVE, type::v1::PRESENCE_USE_SEE}) {
    EXPECT_EQ(ReasonOf(MergeAs(kept, duplicate, World::For(other, two()), World::For(kRegistry, two()))), "STATEMENT_USE") << other;
    EXPECT_EQ(ReasonOf(MergeAs(kept, duplicate, World::For(kRegistry, two()), World::For(other, two()))), "STATEMENT_USE") << other;
  }
  const Call once = two();
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, once, once)), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Merge(kept, kept, two(), two())), "OUT_OF_RANGE");
  EXPECT_EQ(ReasonOf(Merge(kept, "citizens/" + std::string(26, 'a'), two(), two())), "NOT_FOUND");
  const absl::Status merged = Merge(kept, duplicate, once, two());
  ASSERT_TRUE(merged.ok()) << merged;
  EXPECT_LE(w.store.rounds(), kMaxRounds);
  // Both chains say so: the last of one that ended cannot be left out of a story.
  ASSERT_GE(w.store.ledger().size(), 2u);
  EXPECT_EQ(w.store.ledger()[w.store.ledger().size() - 2].subject, other_id);
  EXPECT_EQ(w.store.ledger().back().subject, kept_id);

  // Every reference leads to the one who stays; nothing stays behind.
  EXPECT_EQ(w.SubjectOf(kDropin, duplicate), kept_id);
  EXPECT_EQ(w.SubjectOf(kHousing, CitizenName(housed)), kept_id);
  EXPECT_EQ(w.store.Facet("reference", ReferenceId(kHousing, housed)), kept_id);
  EXPECT_EQ(w.store.Facet("subject", other_id), "M");
  EXPECT_TRUE(w.store.Find<records::Subject>(other_id)->references().empty());
  for (const auto& [id, r] : w.store.All<records::ConsentRecord>()) EXPECT_EQ(r->subject(), kept_id);
  for (const auto& [id, a] : w.store.All<records::Arrow>()) EXPECT_EQ(a->subject(), kept_id);
  EXPECT_EQ(w.Ensure(kDropin, kCpr), kept);
  // One view, one withdrawal for both.
  const auto mine = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login(kCpr), v1::ListMyConsentsRequest());
  EXPECT_EQ(mine->consents_size(), 2);
  // A new yes to housing supersedes the one that came along, under housing's reference of then.
  w.now += absl::Hours(1);
  w.Give(kept);
  EXPECT_EQ(w.Count(v1::CONSENT_STATE_ACTIVE), 1);
  EXPECT_EQ(ReasonOf(Merge(kept, duplicate, two(), two())), "OUT_OF_RANGE");  // they are one already
}

TEST_F(Registry, MergingKeepsTheNumberOfTheDuplicateAndAClosedDoorClosed) {
  const std::string kept = w.Ensure(kDropin), duplicate = w.Ensure(kDropin, kCpr);
  ASSERT_TRUE(Restrict(w.Login(kCpr), "", true).ok());
  ASSERT_TRUE(Merge(kept, duplicate, w.TwoPersons(w.Staff(kDropin), kHousing), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
  const std::string id = w.SubjectOf(kDropin, kept);
  EXPECT_EQ(w.store.Facet("subject", id), "R");
  EXPECT_EQ(w.Ensure(kDropin, kCpr), kept);  // the main reference is the kept one's
  // A third is merged into it: all that became one stay in the story.
  const std::string third = w.Ensure(kDropin);
  ASSERT_TRUE(Merge(third, kept, w.CodeCard(w.Staff(kDropin)), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
  EXPECT_EQ(w.store.Find<records::Subject>(w.SubjectOf(kDropin, third))->absorbed_size(), 2);
  EXPECT_TRUE(w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login(kCpr), v1::ListMyConsentsRequest()).ok());
}

// Otherwise an agency that got a no could merge the citizen with a new registration, and ask again the same day.
TEST_F(Registry, MergingKeepsThePeaceOfBoth) {
  const std::string kept = w.Ensure(kDropin, kCpr), duplicate = w.Ensure(kDropin, kOther);
  const auto ask = [&](const std::string& agency, const std::string& citizen, const std::string& holder) {
    v1::RequestConsentRequest request;
    request.set_citizen(citizen);
    *request.mutable_arrow() = w.Arrow(holder, agency, kHome, {kContact});
    ASSERT_TRUE(w.Ask<v1::RequestConsentResponse>(RequestConsent, w.Staff(agency), request).ok());
  };
  const auto asked = [&] {
    int n = 0;
    for (const auto& [id, r] : w.store.All<records::ConsentRecord>()) n += r->request() ? 1 : 0;
    return n;
  };
  const auto decline = [&](const char* cpr) {
    const auto mine = w.Ask<v1::ListMyConsentsResponse>(ListMyConsents, w.Login(cpr), v1::ListMyConsentsRequest());
    v1::DeclineConsentsRequest request;
    for (const auto& r : mine->requests()) request.add_consents(r.name());
    ASSERT_EQ(request.consents_size(), 1);
    ASSERT_TRUE(w.Ask<v1::DeclineConsentsResponse>(DeclineConsents, w.Login(cpr), request).ok());
  };
  // The kept one said no to housing, the duplicate to the job centre, and the treatment centre's question to the duplicate is open.
  const std::string housed = w.Ensure(kHousing, kCpr), jobbed = w.Ensure(kJobcentre, kOther), treated = w.Ensure(kTreatment, kOther);
  ask(kHousing, housed, kDropin);
  decline(kCpr);
  ask(kJobcentre, jobbed, kDropin);
  decline(kOther);
  ask(kTreatment, treated, kDropin);
  ASSERT_EQ(asked(), 3);
  ASSERT_TRUE(Merge(kept, duplicate, w.TwoPersons(w.Staff(kDropin), kHousing), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
  EXPECT_LE(w.store.rounds(), kMaxRounds);
  const std::string id = w.SubjectOf(kDropin, kept);
  for (const auto& [record_id, r] : w.store.All<records::ConsentRecord>()) EXPECT_EQ(r->subject(), id);
  // All three are left in peace, by whichever reference.
  ask(kHousing, housed, kDropin);
  ask(kJobcentre, jobbed, kDropin);
  ask(kJobcentre, w.Ensure(kJobcentre, kCpr), kDropin);
  ask(kTreatment, treated, kDropin);
  EXPECT_EQ(asked(), 3);
  w.now += kPeace - absl::Hours(1);
  ask(kJobcentre, jobbed, kDropin);
  EXPECT_EQ(asked(), 3);
  w.now += absl::Hours(2);
  ask(kJobcentre, jobbed, kDropin);
  EXPECT_EQ(asked(), 4) << "thirty days later";
}

TEST_F(Registry, MergingKeepsTheStricterState) {
  for (const bool kept_closed : {true, false}) {
    const std::string kept = w.Ensure(kDropin), duplicate = w.Ensure(kDropin);
    ASSERT_TRUE(Restrict(World::Stated(w.Staff(kDropin)), kept_closed ? kept : duplicate, true).ok());
    ASSERT_TRUE(Merge(kept, duplicate, w.TwoPersons(w.Staff(kDropin), kHousing), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
    EXPECT_EQ(w.store.Facet("subject", w.SubjectOf(kDropin, duplicate)), "R") << kept_closed;
  }
}

// Nor does it begin the counting of wrong codes anew.
TEST_F(Registry, MergingKeepsTheWrongCodesOfBoth) {
  const std::string kept = w.Ensure(kDropin), duplicate = w.Ensure(kDropin);
  for (const std::string& citizen : {kept, duplicate}) {
    const std::string id = w.SubjectOf(kDropin, citizen);
    records::Subject s = *w.store.Find<records::Subject>(id);
    for (int i = 0; i < 3; ++i) CountWrongCode(s, kDropin, w.now);
    ASSERT_FALSE(TooManyWrongCodes(s, kDropin, w.now));
    ASSERT_TRUE(w.store.Put(id, s).ok());
  }
  ASSERT_TRUE(Merge(kept, duplicate, w.TwoPersons(w.Staff(kDropin), kHousing), w.TwoPersons(w.Staff(kDropin), kHousing)).ok());
  EXPECT_TRUE(TooManyWrongCodes(*w.store.Find<records::Subject>(w.SubjectOf(kDropin, kept)), kDropin, w.now));
}

TEST_F(Registry, ClosingNeedsLeastAndOpeningNeedsAsMuchAsGiving) {
  const std::string citizen = w.Ensure(kDropin, kCpr);
  w.Give(citizen);
  const std::string housed = w.Ensure(kHousing, kCpr), id = w.SubjectOf(kDropin, citizen);
  EXPECT_EQ(ReasonOf(Restrict(w.Staff(kHousing), housed, true)), "PRESENCE_REQUIRED");
  EXPECT_TRUE(Restrict(World::Stated(w.Staff(kHousing)), housed, true).ok());
  EXPECT_EQ(w.store.Facet("subject", id), "R");
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_RESTRICTED);
  // The recipient's own people cannot open what is open to them.
  EXPECT_EQ(ReasonOf(Restrict(World::Stated(w.Staff(kHousing)), housed, false)), "WORD_NOT_ENOUGH");
  EXPECT_EQ(ReasonOf(Restrict(World::For(kRegistry, w.TwoPersons(w.Staff(kHousing), kHousing)), housed, false)), "WORD_NOT_ENOUGH");
  for (auto other : {type::v1::PRESENCE_USE_HELP, type::v1::PRESENCE_USE_GIVE, type::v1::PRESENCE_USE_SEE}) {
    EXPECT_EQ(ReasonOf(Restrict(World::For(other, w.TwoPersons(w.Staff(kHousing), kDropin)), housed, false)), "STATEMENT_USE") << other;
    EXPECT_TRUE(Restrict(World::For(other, w.TwoPersons(w.Staff(kHousing), kDropin)), housed, true).ok()) << other;  // closing takes any
  }
  EXPECT_EQ(w.store.Facet("subject", id), "R");
  EXPECT_TRUE(Restrict(World::For(kRegistry, w.TwoPersons(w.Staff(kHousing), kDropin)), housed, false).ok());
  EXPECT_LE(w.store.rounds(), kMaxRounds);
  EXPECT_EQ(w.store.Facet("subject", id), "A");
  EXPECT_TRUE(Restrict(w.Login(kCpr), "", true).ok());
  EXPECT_TRUE(Restrict(w.Login(kCpr), "", false).ok());
  // Two of the holder's gave it, and open it; one person opens nothing, also where nothing is open.
  EXPECT_TRUE(Restrict(World::Stated(w.Staff(kDropin)), citizen, true).ok());
  EXPECT_TRUE(Restrict(World::For(kRegistry, w.TwoPersons(w.Staff(kDropin), kDropin)), citizen, false).ok());
  const std::string nothing = w.Ensure(kDropin);
  EXPECT_TRUE(Restrict(World::Stated(w.Staff(kDropin)), nothing, true).ok());
  Call alone = World::For(kRegistry, w.TwoPersons(w.Staff(kDropin), kDropin));
  alone.presence->set_word(type::v1::WORD_PRESENT);
  EXPECT_EQ(ReasonOf(Restrict(alone, nothing, false)), "WORD_NOT_ENOUGH");
  EXPECT_TRUE(Restrict(World::For(kRegistry, w.CodeCard(w.Staff(kDropin))), nothing, false).ok());
  EXPECT_EQ(ReasonOf(Restrict(w.Login(kOther), "", true)), "NOT_FOUND");
}

TEST_F(Registry, ExportHoldsEverythingButOtherAgenciesReferences) {
  const std::string citizen = w.Ensure(kDropin, kCpr);
  w.Give(citizen);
  const std::string housed = w.Ensure(kHousing, kCpr);
  registry::v1::ExportCitizenDataRequest request;
  request.set_citizen(citizen);
  EXPECT_EQ(ReasonOf(w.Ask<registry::v1::ExportCitizenDataResponse>(ExportCitizenData, World::Stated(w.Staff(kDropin)), request).status()), "WORD_NOT_ENOUGH");
  const auto reason = [&](type::v1::PresenceUse use, const char* witness) {
    const Call call = World::For(use, w.TwoPersons(w.Staff(kDropin), witness));
    return ReasonOf(w.Ask<registry::v1::ExportCitizenDataResponse>(ExportCitizenData, call, request).status());
  };
  EXPECT_EQ(reason(kRegistry, kHousing), "STATEMENT_USE");
  EXPECT_EQ(reason(type::v1::PRESENCE_USE_SEE, kDropin), "WORD_NOT_ENOUGH");
  EXPECT_EQ(reason(type::v1::PRESENCE_USE_SEE, kHousing), "");
  request.clear_citizen();
  const auto out = w.Ask<registry::v1::ExportCitizenDataResponse>(ExportCitizenData, w.Login(kCpr), request);
  ASSERT_TRUE(out.ok()) << out.status();
  for (const char* part : {"0101901234", "Perron 4", "Boligenheden", "Givet", "Finde eller beholde en bolig"}) {
    EXPECT_NE(out->text_da().find(part), std::string::npos) << part;
  }
  EXPECT_NE(out->json().find("\"0101901234\""), std::string::npos);
  EXPECT_NE(out->json().find("agencies/boligenhed"), std::string::npos);
  for (const std::string& secret : {RefId(citizen), RefId(housed), w.SubjectOf(kDropin, citizen)}) {
    EXPECT_EQ(out->json().find(secret), std::string::npos);
    EXPECT_EQ(out->text_da().find(secret), std::string::npos);
  }
  EXPECT_EQ(w.LastEntry().details().act(), ledger::v1::ACT_DATA_EXPORTED);
}

}  // namespace
}  // namespace brobygger::consent
