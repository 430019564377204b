#include "services/consent/entities.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "brobygger/registry/v1/card.pb.h"
#include "services/consent/closing.h"
#include "services/consent/consent_view.h"
#include "services/consent/facet.h"
#include "services/consent/names.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/rights.h"

namespace brobygger::consent {
namespace {

std::string OwnerOf(absl::string_view subject) { return absl::StrCat("subjects/", subject); }

std::vector<IndexEntry> ConsentIndexes(const records::ConsentRecord& r) {
  std::vector<IndexEntry> out;
  const std::string& subject = r.subject();
  const std::int64_t latest = std::max({r.create_ms(), r.start_ms(), r.close_ms()});
  if (r.request()) {
    if (r.state() == v1::CONSENT_STATE_DRAFT) out.push_back({"requests", subject, r.create_ms()});
    if (r.state() == v1::CONSENT_STATE_DECLINED) out.push_back({"refused", subject, latest});
  } else {
    out.push_back({"subject", subject, r.create_ms()});
  }
  if (r.state() == v1::CONSENT_STATE_ACTIVE) {
    out.push_back({"active", subject, r.start_ms()});
    out.push_back({"incoming", Slug(r.recipient()), r.start_ms()});
  }
  for (const std::string& agency : PartiesOf(r)) {
    if (VisibleTo(r, agency)) out.push_back({"party", PartyValue(subject, agency), r.create_ms()});
  }
  if (r.state() == v1::CONSENT_STATE_DECLINED || (r.request() && r.state() == v1::CONSENT_STATE_DRAFT)) {
    out.push_back({"peace", PeaceValue(subject, r.recipient(), r.holder(), r.purpose()), latest});
  }
  return out;
}

}  // namespace

EntitySet TrustEntities() {
  return EntitySet({
      EntityOf<records::Subject>("subject", {.owner = [](absl::string_view id, const records::Subject&) { return OwnerOf(id); },
                                             .facet = [](absl::string_view, const records::Subject& s) { return FacetOf(s); },
                                             .closes = [](absl::string_view, const records::Subject* before,
                                                          const records::Subject* after) { return SubjectCloses(before, after); }}),
      EntityOf<records::Reference>("reference",
                                   {.owner = [](absl::string_view, const records::Reference& r) { return OwnerOf(r.subject()); },
                                    .facet = [](absl::string_view, const records::Reference& r) { return FacetOf(r); }}),
      EntityOf<records::Identity>("identity", {.owner = [](absl::string_view, const records::Identity& i) { return OwnerOf(i.subject()); }}),
      EntityOf<records::ConsentRecord>(
          "consent", {.owner = [](absl::string_view, const records::ConsentRecord& r) { return OwnerOf(r.subject()); },
                      .indexes = [](absl::string_view, const records::ConsentRecord& r) { return ConsentIndexes(r); },
                      .claims =
                          [](absl::string_view, const records::ConsentRecord& r) {
                            std::vector<std::string> claims;
                            for (const std::string& handle : r.handles()) claims.push_back(HandleClaim(handle));
                            return claims;
                          },
                      .due = [](absl::string_view, const records::ConsentRecord& r) { return LapsesAt(r); },
                      .facet = [](absl::string_view, const records::ConsentRecord& r) { return FacetOf(r); },
                      .closes = [](absl::string_view, const records::ConsentRecord* before,
                                   const records::ConsentRecord* after) { return ConsentCloses(before, after); }}),
      EntityOf<records::Arrow>("arrow", {.owner = [](absl::string_view, const records::Arrow& a) { return OwnerOf(a.subject()); },
                                         .facet = [](absl::string_view, const records::Arrow& a) { return FacetOf(a); }}),
      EntityOf<records::Spent>("spent", {.due = [](absl::string_view, const records::Spent& s) { return absl::FromUnixMillis(s.expire_ms()); },
                                         .closes = [](absl::string_view, const records::Spent* before,
                                                      const records::Spent* after) { return SpentCloses(before, after); }}),
      EntityOf<records::LinkedAlias>("linked-alias",
                                     {.owner = [](absl::string_view, const records::LinkedAlias& l) { return OwnerOf(l.subject()); }}),
      EntityOf<records::Quota>("quota", {.due =
                                             [](absl::string_view, const records::Quota& q) {
                                               return q.time_ms().empty() ? absl::InfiniteFuture()
                                                                          : absl::FromUnixMillis(*q.time_ms().rbegin()) + absl::Hours(1);
                                             }}),
  });
}

EntitySet CardEntities() {
  return EntitySet({
      EntityOf<registry::v1::CitizenCard>("card", {.owner = [](absl::string_view id, const registry::v1::CitizenCard&) { return CitizenName(id); }}),
      StatementEntity(),
      EntityOf<records::CardLine>("card-line", {.owner = [](absl::string_view id, const records::CardLine&) { return CitizenName(id); },
                                                .indexes =
                                                    [](absl::string_view, const records::CardLine& line) {
                                                      std::vector<IndexEntry> out{{"all", "", line.change_ms()}};
                                                      for (const std::string& name : line.names()) out.push_back({"name", name, line.change_ms()});
                                                      return out;
                                                    }}),
  });
}

}  // namespace brobygger::consent
