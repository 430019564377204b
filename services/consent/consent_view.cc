#include "services/consent/consent_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/names.h"

namespace brobygger::consent {
namespace {

using google::protobuf::util::TimeUtil;

bool Given(const records::ConsentRecord& r) {
  return r.state() == v1::CONSENT_STATE_ACTIVE || r.state() == v1::CONSENT_STATE_WITHDRAWN ||
         (r.state() == v1::CONSENT_STATE_SUPERSEDED && r.start_ms() > 0);
}

std::string ReferenceOf(const records::ConsentRecord& r, const std::string& agency) {
  if (agency == r.holder() && !r.holder_ref().empty()) return r.holder_ref();
  if (agency == r.recipient() && !r.recipient_ref().empty()) return r.recipient_ref();
  return agency == r.proposer() ? r.proposer_ref() : "";
}

}  // namespace

std::vector<std::string> PartiesOf(const records::ConsentRecord& record) {
  std::vector<std::string> out;
  for (const std::string& agency : {record.holder(), record.recipient(), record.proposer()}) {
    if (!agency.empty() && std::find(out.begin(), out.end(), agency) == out.end()) out.push_back(agency);
  }
  return out;
}

bool VisibleTo(const records::ConsentRecord& record, absl::string_view agency) {
  if (record.request() || agency.empty()) return false;
  if (Given(record)) return agency == record.holder() || agency == record.recipient();
  return agency == record.proposer();
}

absl::Time LapsesAt(const records::ConsentRecord& record) {
  const bool draft = record.state() == v1::CONSENT_STATE_DRAFT && !record.request();
  return draft ? absl::FromUnixMillis(record.create_ms()) + kDraftLife : absl::InfiniteFuture();
}

bool IsLapsed(const records::ConsentRecord& record, absl::Time now) { return now >= LapsesAt(record); }

bool IsExpired(const records::ConsentRecord& record, absl::Time now) {
  return record.state() == v1::CONSENT_STATE_ACTIVE && now >= absl::FromUnixMillis(record.end_ms());
}

Standing StandingOf(const records::ConsentRecord& record, absl::Time now) { return {record.state(), record.request(), IsExpired(record, now)}; }

std::string PartyValue(absl::string_view subject, absl::string_view agency) { return absl::StrCat(subject, ".", Slug(agency)); }

std::string PeaceValue(absl::string_view subject, absl::string_view recipient, absl::string_view holder, type::v1::Purpose purpose) {
  return absl::StrCat(subject, ".", Slug(recipient), ".", Slug(holder), ".", static_cast<int>(purpose));
}

CategoryMask MaskOf(const google::protobuf::RepeatedField<int>& categories) {
  CategoryMask mask = 0;
  for (int c : categories) mask |= Bit(static_cast<type::v1::DataCategory>(c));
  return mask;
}

v1::Arrow ArrowOf(const records::ConsentRecord& record) {
  v1::Arrow arrow;
  arrow.set_holder(record.holder());
  arrow.set_recipient(record.recipient());
  arrow.set_purpose(record.purpose());
  for (int c = 1; c < type::v1::DATA_CATEGORY_NON_PERSONAL; ++c) {
    const auto category = static_cast<type::v1::DataCategory>(c);
    if ((record.mask() & Bit(category)) != 0) arrow.add_categories(category);
  }
  if (record.has_last_day()) *arrow.mutable_last_day() = record.last_day();
  return arrow;
}

v1::Consent ToConsent(absl::string_view handle_key, absl::string_view id, const records::ConsentRecord& record, const Viewer& viewer,
                      absl::Time now) {
  const std::string whose = viewer.citizen ? kCitizen : viewer.agency;
  v1::Consent out;
  out.set_name(absl::StrCat("consents/", Handle(handle_key, id, whose)));
  out.set_page(absl::StrCat("pages/", Handle(handle_key, record.page(), whose)));
  out.set_citizen(!viewer.reference.empty() ? viewer.reference : CitizenName(ReferenceOf(record, viewer.agency)));
  *out.mutable_arrow() = ArrowOf(record);
  out.set_state(record.state());
  out.set_expired(IsExpired(record, now));
  if (record.start_ms() > 0) {
    *out.mutable_activate_time() = TimeUtil::MillisecondsToTimestamp(record.start_ms());
    *out.mutable_end_time() = TimeUtil::MillisecondsToTimestamp(record.end_ms());
  }
  if (record.close_ms() > 0) *out.mutable_close_time() = TimeUtil::MillisecondsToTimestamp(record.close_ms());
  const bool may_read_words = viewer.agency != record.recipient() && (viewer.citizen || viewer.agency == record.holder());
  if (may_read_words) out.set_own_words(record.own_words());
  out.set_limited(!record.own_words().empty());
  out.set_evidence(record.evidence());
  out.set_text_version(record.text_version());
  out.set_etag(absl::StrCat("v", record.version()));
  return out;
}

v1::ConsentRequest ToRequest(absl::string_view handle_key, absl::string_view id, const records::ConsentRecord& record) {
  v1::ConsentRequest out;
  out.set_name(absl::StrCat("consents/", Handle(handle_key, id, kCitizen)));
  *out.mutable_arrow() = ArrowOf(record);
  out.set_message(record.message());
  *out.mutable_time() = TimeUtil::MillisecondsToTimestamp(record.create_ms());
  return out;
}

}  // namespace brobygger::consent
