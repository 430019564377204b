#include "services/consent/facet.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brobygger::consent {
namespace {

const std::string kSubject(26, 's'), kHolderRef(26, 'h'), kRecipientRef(26, 'r'), kNone(26, '\0');

// The script reads these bytes at fixed places: written out by hand.
TEST(Facet, LayoutOfAConsent) {
  records::ConsentRecord r;
  r.set_state(v1::CONSENT_STATE_ACTIVE);
  r.set_purpose(type::v1::PURPOSE_FIND_AND_KEEP_HOME);
  r.set_mask(0x00000206);
  r.set_start_ms(0x0102030405060708);
  r.set_end_ms(0x1112131415161718);
  r.set_own_words("ikke noget om min eks");
  r.set_version(0x2122232425262728);
  r.set_subject(kSubject);
  r.set_holder("agencies/perron-4");
  r.set_recipient("agencies/boligenhed");
  r.set_holder_ref(kHolderRef);
  r.set_recipient_ref(kRecipientRef);
  const std::string wanted = absl::StrCat(
      absl::string_view("A\3\0\0\2\6\1\2\3\4\5\6\7\x8\x11\x12\x13\x14\x15\x16\x17\x18\1\x21\x22\x23\x24\x25\x26\x27\x28", 31), kSubject, kHolderRef,
      kRecipientRef, "\x8perron-4", "\xa" "boligenhed");
  EXPECT_EQ(FacetOf(r), wanted);
  const auto decoded = DecodeConsentFacet(wanted);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(EncodeConsentFacet(*decoded), wanted);
  EXPECT_EQ(decoded->subject, kSubject);
  EXPECT_EQ(decoded->holder_ref, kHolderRef);
  EXPECT_EQ(decoded->mask, 0x206u);
  EXPECT_TRUE(decoded->limited);

  r.clear_holder_ref();
  r.clear_recipient_ref();
  r.set_state(v1::CONSENT_STATE_DRAFT);
  r.clear_own_words();
  EXPECT_EQ(FacetOf(r).substr(57, 52), kNone + kNone);
  EXPECT_EQ(FacetOf(r)[0], 'D');
  EXPECT_EQ(FacetOf(r)[22], '\0');
}

TEST(Facet, EveryStateHasItsByte) {
  records::ConsentRecord r;
  const struct {
    v1::ConsentState state;
    char byte;
  } rows[] = {{v1::CONSENT_STATE_DRAFT, 'D'}, {v1::CONSENT_STATE_ACTIVE, 'A'}, {v1::CONSENT_STATE_DECLINED, 'N'},
              {v1::CONSENT_STATE_WITHDRAWN, 'W'}, {v1::CONSENT_STATE_SUPERSEDED, 'S'}};
  for (const auto& row : rows) {
    r.set_state(row.state);
    EXPECT_EQ(FacetOf(r)[0], row.byte);
  }
  records::Subject subject;
  EXPECT_EQ(FacetOf(subject), "R");  // what is not known to be open is closed
  subject.set_state(records::Subject::STATE_ACTIVE);
  EXPECT_EQ(FacetOf(subject), "A");
  subject.set_state(records::Subject::STATE_RESTRICTED);
  EXPECT_EQ(FacetOf(subject), "R");
  subject.set_state(records::Subject::STATE_MERGED);
  EXPECT_EQ(FacetOf(subject), "M");
}

TEST(Facet, ArrowListsNinePurposes) {
  records::Arrow arrow;
  EXPECT_EQ(FacetOf(arrow), std::string(9 * 26, '\0'));
  (*arrow.mutable_latest())[3] = std::string(26, 'c');
  (*arrow.mutable_latest())[9] = std::string(26, 'z');
  EXPECT_EQ(FacetOf(arrow), absl::StrCat(kNone, kNone, std::string(26, 'c'), kNone, kNone, kNone, kNone, kNone, std::string(26, 'z')));
  records::Reference reference;
  reference.set_subject(kSubject);
  EXPECT_EQ(FacetOf(reference), kSubject);
}

TEST(Facet, RefusesWhatIsNone) {
  ConsentFacet facet;
  facet.subject = kSubject;
  facet.purpose = type::v1::PURPOSE_ACUTE_HELP;
  const std::string good = EncodeConsentFacet(facet);
  ASSERT_TRUE(DecodeConsentFacet(good).ok());
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(DecodeConsentFacet(good.substr(0, n)).ok()) << n;
  EXPECT_FALSE(DecodeConsentFacet(good + "x").ok());
  std::string wrong = good;
  wrong[0] = 'X';
  EXPECT_FALSE(DecodeConsentFacet(wrong).ok());
  wrong = good;
  wrong[1] = 77;
  EXPECT_FALSE(DecodeConsentFacet(wrong).ok());
}

}  // namespace
}  // namespace brobygger::consent
