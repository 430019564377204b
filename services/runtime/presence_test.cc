#include "services/runtime/presence.h"

#include <cstdio>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using policy::v1::PRESENCE_NEED_SIGNED;
using policy::v1::PRESENCE_NEED_STATED;
using policy::v1::PRESENCE_NEED_UNSPECIFIED;
using type::v1::Presence;
using type::v1::PresenceStatement;

constexpr char kCitizen[] = "citizens/abcdefghijklmnopqrstuvwxyz";
constexpr char kOther[] = "citizens/zyxwvutsrqponmlkjihgfedcba";

// A fresh Ed25519 key pair, as PEM files.
struct KeyPair {
  KeyPair() {
    static int n = 0;
    const std::string base = absl::StrCat(testing::TempDir(), "presence_test_", getpid(), "_", ++n);
    private_key = base + ".key";
    public_key = base + ".pub";
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    FILE* f = std::fopen(private_key.c_str(), "w");
    PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(f);
    f = std::fopen(public_key.c_str(), "w");
    PEM_write_PUBKEY(f, key);
    std::fclose(f);
    EVP_PKEY_free(key);
  }
  ~KeyPair() {
    std::remove(private_key.c_str());
    std::remove(public_key.c_str());
  }
  std::string private_key, public_key;
};

class PresenceTest : public testing::Test {
 protected:
  Presence Stated(absl::Duration age) const {
    Presence p;
    p.mutable_stated()->set_method(type::v1::PRESENCE_METHOD_PHONE);
    SetTime(p.mutable_stated()->mutable_time(), now_ - age);
    p.mutable_stated()->set_companion_present(true);
    return p;
  }
  PresenceStatement Statement(absl::Duration age = absl::Hours(1)) const {
    PresenceStatement s;
    s.set_agency(agency_.value());
    s.set_citizen(kCitizen);
    s.set_method(type::v1::PRESENCE_METHOD_IN_PERSON);
    s.set_word(type::v1::WORD_TWO_PERSONS);
    s.add_persons()->set_person("asta");
    s.set_nonce("0123456789abcdef");
    SetTime(s.mutable_time(), now_ - age);
    return s;
  }
  Presence Signed(const PresenceStatement& s) const { return SignedBytes(s.SerializeAsString()); }
  Presence SignedBytes(const std::string& bytes) const {
    Presence p;
    p.mutable_signed_()->set_statement(bytes);
    p.mutable_signed_()->set_signature(signer_.Sign(absl::StrCat(kPresenceContext, bytes)));
    return p;
  }
  absl::StatusOr<PresenceStatement> Check(const Presence& p, policy::v1::PresenceNeed need, const std::string& citizen = kCitizen) const {
    return CheckPresence(p, need, agency_, citizen, person_, now_, &verifier_);
  }
  static void SetTime(google::protobuf::Timestamp* t, absl::Time time) {
    t->set_seconds(absl::ToUnixSeconds(time));
  }
  static void ExpectRefused(const absl::StatusOr<PresenceStatement>& s, const char* what) {
    ASSERT_FALSE(s.ok()) << what;
    EXPECT_EQ(s.status().code(), absl::StatusCode::kFailedPrecondition) << what;
    EXPECT_EQ(ReasonOf(s.status()), "PRESENCE_REQUIRED") << what;
    EXPECT_EQ(s.status().message(), "The citizen has to take part (present, on the phone, or by own wish) before you can go on.");
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  const AgencyId agency_ = *AgencyId::Parse("agencies/perron-4");
  const PersonId person_ = *PersonId::Parse("asta");
  const KeyPair keys_;
  const crypto::StatementSigner signer_ = *crypto::StatementSigner::FromPemFile(keys_.private_key);
  const crypto::StatementVerifier verifier_ = *crypto::StatementVerifier::FromPemFile(keys_.public_key);
};

TEST_F(PresenceTest, StatedBecomesTheCallersOwnStatement) {
  const auto s = Check(Stated(absl::Hours(2)), PRESENCE_NEED_STATED);
  ASSERT_TRUE(s.ok()) << s.status();
  EXPECT_EQ(s->agency(), "agencies/perron-4");
  EXPECT_EQ(s->citizen(), kCitizen);
  EXPECT_EQ(s->method(), type::v1::PRESENCE_METHOD_PHONE);
  EXPECT_EQ(s->word(), type::v1::WORD_PRESENT);
  ASSERT_EQ(s->persons_size(), 1);
  EXPECT_EQ(s->persons(0).person(), "asta");
  EXPECT_EQ(s->persons(0).agency(), "agencies/perron-4");
  EXPECT_TRUE(s->companion_present());
  EXPECT_FALSE(s->written_signature());
}

TEST_F(PresenceTest, StatedHoldsFor24HoursAndNotForTheFuture) {
  EXPECT_TRUE(Check(Stated(absl::Hours(24)), PRESENCE_NEED_STATED).ok());
  EXPECT_TRUE(Check(Stated(-absl::Minutes(5)), PRESENCE_NEED_STATED).ok());
  ExpectRefused(Check(Stated(absl::Hours(24) + absl::Seconds(1)), PRESENCE_NEED_STATED), "stale");
  ExpectRefused(Check(Stated(-absl::Minutes(5) - absl::Seconds(1)), PRESENCE_NEED_STATED), "future");
}

TEST_F(PresenceTest, StatedNeedsMethodTimeAndSomebodyWhoStates) {
  Presence p = Stated(absl::Hours(1));
  p.mutable_stated()->clear_method();
  ExpectRefused(Check(p, PRESENCE_NEED_STATED), "no method");
  p.mutable_stated()->set_method(static_cast<type::v1::PresenceMethod>(9));
  ExpectRefused(Check(p, PRESENCE_NEED_STATED), "unknown method");
  p = Stated(absl::Hours(1));
  p.mutable_stated()->clear_time();
  ExpectRefused(Check(p, PRESENCE_NEED_STATED), "no time");
  ExpectRefused(Check(Presence(), PRESENCE_NEED_STATED), "nothing");
  ExpectRefused(Check(Presence(), PRESENCE_NEED_UNSPECIFIED), "nothing");
  ExpectRefused(CheckPresence(Stated(absl::Hours(1)), PRESENCE_NEED_STATED, agency_, kCitizen, PersonId(), now_, &verifier_), "nobody");
}

TEST_F(PresenceTest, StatedIsNotSigned) { ExpectRefused(Check(Stated(absl::Hours(1)), PRESENCE_NEED_SIGNED), "stated"); }

TEST_F(PresenceTest, SignedServesEveryNeed) {
  for (auto need : {PRESENCE_NEED_UNSPECIFIED, PRESENCE_NEED_STATED, PRESENCE_NEED_SIGNED}) {
    const auto s = Check(Signed(Statement()), need);
    ASSERT_TRUE(s.ok()) << s.status();
    EXPECT_EQ(s->word(), type::v1::WORD_TWO_PERSONS);
    EXPECT_EQ(s->nonce(), "0123456789abcdef");
  }
  EXPECT_TRUE(Check(Signed(Statement()), PRESENCE_NEED_SIGNED, "").ok()) << "a request that names no citizen";
}

TEST_F(PresenceTest, SignedForSomebodyElseIsRefused) {
  ExpectRefused(Check(Signed(Statement()), PRESENCE_NEED_SIGNED, kOther), "another citizen");
  PresenceStatement s = Statement();
  s.set_agency("agencies/housing");
  ExpectRefused(Check(Signed(s), PRESENCE_NEED_SIGNED), "another agency");
  ExpectRefused(Check(Signed(s), PRESENCE_NEED_SIGNED, ""), "another agency, no citizen named");
}

TEST_F(PresenceTest, SignedHoldsFor24Hours) {
  EXPECT_TRUE(Check(Signed(Statement(absl::Hours(24))), PRESENCE_NEED_SIGNED).ok());
  ExpectRefused(Check(Signed(Statement(absl::Hours(24) + absl::Seconds(1))), PRESENCE_NEED_SIGNED), "stale");
  ExpectRefused(Check(Signed(Statement(-absl::Minutes(6))), PRESENCE_NEED_SIGNED), "future");
  PresenceStatement s = Statement();
  s.clear_time();
  ExpectRefused(Check(Signed(s), PRESENCE_NEED_SIGNED), "no time");
}

TEST_F(PresenceTest, ForgedIsRefused) {
  Presence p = Signed(Statement());
  PresenceStatement better = Statement();
  better.set_word(type::v1::WORD_OWN_LOGIN);
  p.mutable_signed_()->set_statement(better.SerializeAsString());
  ExpectRefused(Check(p, PRESENCE_NEED_SIGNED), "altered");

  p = Signed(Statement());
  p.mutable_signed_()->set_signature(signer_.Sign(p.signed_().statement()));
  ExpectRefused(Check(p, PRESENCE_NEED_SIGNED), "signed without its context");
  p.mutable_signed_()->set_signature(signer_.Sign(absl::StrCat("brobygger link 1\n", p.signed_().statement())));
  ExpectRefused(Check(p, PRESENCE_NEED_SIGNED), "signed as a link");
  p.mutable_signed_()->clear_signature();
  ExpectRefused(Check(p, PRESENCE_NEED_SIGNED), "no signature");

  const KeyPair others;
  const auto foreign = crypto::StatementVerifier::FromPemFile(others.public_key);
  ASSERT_TRUE(foreign.ok());
  ExpectRefused(CheckPresence(Signed(Statement()), PRESENCE_NEED_SIGNED, agency_, kCitizen, person_, now_, &*foreign), "another key");
  ExpectRefused(CheckPresence(Signed(Statement()), PRESENCE_NEED_SIGNED, agency_, kCitizen, person_, now_, nullptr), "no key");
  ExpectRefused(Check(SignedBytes("\xff\xff"), PRESENCE_NEED_SIGNED), "signed, but not a statement");
  ExpectRefused(Check(SignedBytes(""), PRESENCE_NEED_SIGNED), "signed, but empty");
}

}  // namespace
}  // namespace brobygger
