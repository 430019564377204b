// The gate on a real Redis, with a citizen whom two agencies know and one consent between them. For its tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/consent/arrows.h"
#include "services/consent/authorise.h"
#include "services/consent/entities.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/names.h"
#include "services/runtime/access.h"
#include "services/runtime/crypto.h"
#include "services/runtime/testing/pki.h"
#include "services/runtime/testing/store_fixture.h"

namespace brobygger::consent {

using Category = type::v1::DataCategory;

inline constexpr char kDoor[] = "brobygger.dropin.v1.DropinService";
inline constexpr char kPrefix[] = "consent:{trust}:";

class GateTest : public ::testing::Test {
 protected:
  GateTest()
      : entities_(TrustEntities()), key_(crypto::NewKey()), redis_(server_.Connect()), clock_(absl::Now()) {
    runtime::Directory d;
    for (const char* name : {"agencies/perron-4", "agencies/boligenhed", "agencies/jobcenter"}) {
      auto* a = d.add_agencies();
      a->set_name(name);
      a->set_display_name_da(name);
      a->set_display_name_en(name);
      a->set_kind(type::v1::AGENCY_KIND_DROP_IN_CENTRE);
    }
    auto* door = d.mutable_agencies(0)->add_doors();
    door->set_service(kDoor);
    door->set_peer("dropin");
    auto* p = d.add_practitioners();
    p->set_person("adviser-1");
    p->set_agency("agencies/boligenhed");
    p->add_roles(type::v1::ROLE_HOUSING_ADVISER);
    directory_ = std::make_unique<Directory>(*Directory::Make(d));
    tokens_ = *TokenVerifier::Create(issuer_.config());
    KeyRing ring;
    ring.Add(Store::kTrustSlug, key_);
    store_ = std::make_unique<Store>(redis_.get(), "consent", &entities_, ring);
    Open({});
    subject_ = crypto::NewId();
    holder_ref_ = crypto::NewId();
    ref_ = crypto::NewId();
    consent_ = crypto::NewId();
    Seed();
  }

  void Open(Authoriser::Limits limits) {
    gate_ = std::make_unique<Authoriser>(redis_.get(), directory_.get(), tokens_.get(), clock_.AsClock(), ScopeKeys(key_),
                                         [this](const char* what) { alarm_ = what; }, std::move(limits));
  }

  // A citizen whom perron-4 and boligenhed know, and a consent from perron-4 to boligenhed.
  void Seed() {
    records::Subject subject;
    subject.set_state(records::Subject::STATE_ACTIVE);
    Put(subject_, subject);
    records::Reference reference;
    reference.set_subject(subject_);
    Put(ReferenceId("agencies/boligenhed", ref_), reference);
    row_.set_state(v1::CONSENT_STATE_ACTIVE);
    row_.set_subject(subject_);
    row_.set_holder("agencies/perron-4");
    row_.set_recipient("agencies/boligenhed");
    row_.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
    row_.set_mask(Bit(Category::DATA_CATEGORY_CONTACT) | Bit(Category::DATA_CATEGORY_APPOINTMENTS));
    row_.set_start_ms(absl::ToUnixMillis(absl::Now() - absl::Hours(1)));
    row_.set_end_ms(absl::ToUnixMillis(absl::Now() + absl::Hours(1000)));
    row_.set_holder_ref(holder_ref_);
    row_.set_recipient_ref(ref_);
    row_.set_version(2);
    Put(consent_, row_);
    records::Arrow arrow;
    arrow.set_subject(subject_);
    (*arrow.mutable_latest())[type::v1::PURPOSE_FIND_AND_KEEP_HOME] = consent_;
    Put(ArrowId("agencies/boligenhed", ref_, "agencies/perron-4"), arrow);
  }
  void Put(const std::string& id, const Message& record) {
    View view(&entities_);
    Decision decision;
    decision.Put(entities_, id, record);
    const absl::Status s = testing::Await<absl::Status>([&](auto done) {
      store_->Commit({Store::kTrustSlug}, {&view, &decision, std::nullopt, absl::Now()}, done);
    });
    ASSERT_TRUE(s.ok()) << s;
  }

  v1::Question Ask() {
    v1::Question q;
    q.set_tag(7);
    q.set_token(issuer_.Staff("agencies/boligenhed", "HOUSING_ADVISER", "adviser-1"));
    q.set_holder("agencies/perron-4");
    q.set_citizen("citizens/" + ref_);
    q.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
    q.add_categories(Category::DATA_CATEGORY_CONTACT);
    q.set_door(kDoor);
    return q;
  }
  v1::Answer Answered(const v1::Question& q, const std::string& peer = "dropin") {
    const std::string bytes = q.SerializeAsString();
    auto a = testing::Await<absl::StatusOr<v1::Answer>>([&](auto done) { gate_->Ask(peer, bytes, done); });
    EXPECT_TRUE(a.ok()) << a.status();
    EXPECT_EQ(a->tag(), q.tag());
    EXPECT_EQ(a->digest(), crypto::Sha256(bytes));
    if (a->decision() != v1::DECISION_PERMITTED) {
      EXPECT_EQ(a->granted_size(), 0);
      EXPECT_EQ(a->holder_citizen(), "");
    }
    return *a;
  }
  long long Entries() { return server_.Admin({"XLEN", absl::StrCat(kPrefix, "ledger")}).integer; }
  stored::LedgerRow Last() {
    auto row = testing::Await<absl::StatusOr<stored::LedgerRow>>([&](auto done) { LedgerReader(redis_.get()).Entry(static_cast<uint64_t>(Entries()), done); });
    EXPECT_TRUE(row.ok()) << row.status();
    return *row;
  }
  void ExpectRefused(const v1::Question& q, ledger::v1::Rule rule) {
    const long long before = Entries();
    EXPECT_EQ(Answered(q).decision(), v1::DECISION_CONSENT_REQUIRED);
    EXPECT_EQ(Entries(), before + 1) << "P3: refused, and logged";
    EXPECT_EQ(Last().outcome().rule(), rule);
    EXPECT_EQ(Last().outcome().given_mask(), 0u);
  }

  testing::RedisServer server_;
  testing::TokenIssuer issuer_;
  EntitySet entities_;
  crypto::Key key_;
  std::unique_ptr<Redis> redis_;
  TestClock clock_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<TokenVerifier> tokens_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Authoriser> gate_;
  std::string subject_, holder_ref_, ref_, consent_, alarm_;
  records::ConsentRecord row_;
};

}  // namespace brobygger::consent
