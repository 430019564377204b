// Everything the registry and the consents hold about the citizen: a page to read and the same as JSON.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"
#include "services/consent/names.h"
#include "services/consent/phrases.h"
#include "services/consent/registry.h"

namespace brobygger::consent {
namespace {

using google::protobuf::util::TimeUtil;

const char* StateDa(const v1::Consent& c) {
  if (c.expired()) return "Udløbet";
  switch (c.state()) {
    case v1::CONSENT_STATE_ACTIVE: return "Givet";
    case v1::CONSENT_STATE_DECLINED: return "Afslået";
    case v1::CONSENT_STATE_WITHDRAWN: return "Trukket tilbage";
    case v1::CONSENT_STATE_SUPERSEDED: return "Erstattet";
    default: return "Kladde";
  }
}

std::string ArrowDa(const v1::Arrow& arrow, const Directory& directory) {
  constexpr Language da = Language::kDanish;
  return absl::StrCat(AgencyPhrase(da, directory, arrow.holder()), " → ", AgencyPhrase(da, directory, arrow.recipient()), ": ",
                      CategoriesPhrase(da, MaskOf(arrow.categories())), ". Formål: ", PurposePhrase(da, arrow.purpose()), ".");
}

std::string PageDa(const records::Export& e, const ConsentRules& rules, absl::Time now) {
  std::string out = absl::StrCat("Det står der om dig i registret og i dine samtykker, ", DatePhrase(Language::kDanish, now), "\n\n");
  for (const auto& i : e.identifiers()) {
    absl::StrAppend(&out, i.scheme() == registry::v1::IDENTIFIER_SCHEME_CPR ? "CPR-nummer: " : "Erstatningsnummer: ", i.value(), "\n");
  }
  if (e.identifiers().empty()) absl::StrAppend(&out, "Intet nummer\n");
  std::vector<std::string> agencies;
  for (const std::string& agency : e.agencies()) agencies.push_back(AgencyPhrase(Language::kDanish, *rules.directory, agency));
  absl::StrAppend(&out, "Skrevet op hos: ", agencies.empty() ? "ingen" : absl::StrJoin(agencies, ", "), "\n");
  absl::StrAppend(&out, "Adgange: ", e.state() == "RESTRICTED" ? "lukket af dig" : "som i dine samtykker", "\n");
  absl::StrAppend(&out, "Kodekort: ", e.code_card_issued().empty() ? "intet" : absl::StrCat("udleveret ", e.code_card_issued()), "\n");
  absl::StrAppend(&out, "\nSamtykker: ", e.consents_size(), "\n");
  for (const auto& c : e.consents()) {
    absl::StrAppend(&out, "- ", StateDa(c), ". ", ArrowDa(c.arrow(), *rules.directory));
    if (c.has_end_time()) {
      const absl::Time end = absl::FromUnixMillis(TimeUtil::TimestampToMilliseconds(c.end_time()) - 1);
      absl::StrAppend(&out, " Til og med den ", DatePhrase(Language::kDanish, end), ".");
    }
    if (!c.own_words().empty()) absl::StrAppend(&out, " Dine egne ord: \"", c.own_words(), "\"");
    absl::StrAppend(&out, "\n");
  }
  absl::StrAppend(&out, "\nSpørgsmål til dig: ", e.requests_size(), "\n");
  for (const auto& r : e.requests()) {
    absl::StrAppend(&out, "- ", ArrowDa(r.arrow(), *rules.directory), r.message().empty() ? "" : absl::StrCat(" \"", r.message(), "\""), "\n");
  }
  absl::StrAppend(&out, "\nDe har fået vist noget om dig, og skal have besked, hvis det bliver rettet eller slettet: ",
                  e.recipients().empty() ? "ingen" : "", "\n");
  for (const auto& r : e.recipients()) {
    CategoryMask mask = 0;
    for (const int c : r.categories()) mask |= Bit(static_cast<type::v1::DataCategory>(c));
    const std::string first = DatePhrase(Language::kDanish, absl::FromUnixMillis(r.first_ms())), last = DatePhrase(Language::kDanish, absl::FromUnixMillis(r.last_ms()));
    absl::StrAppend(&out, "- ", AgencyPhrase(Language::kDanish, *rules.directory, r.agency()), " så ", CategoriesPhrase(Language::kDanish, mask), " hos ",
                    AgencyPhrase(Language::kDanish, *rules.directory, r.holder()), ": ",
                    r.looks() == 1 ? absl::StrCat("den ", last) : absl::StrCat(r.looks(), " gange, første gang den ", first, ", sidst den ", last), ".\n");
  }
  absl::StrAppend(&out, "\nHvem der har kigget, står i din adgangshistorie. Hvad de enkelte steder har skrevet om dig, får du hos dem.\n");
  return out;
}

}  // namespace

absl::Status FillExport(const ConsentRules& rules, const records::Export& e, absl::Time now, registry::v1::ExportCitizenDataResponse* response) {
  response->set_text_da(PageDa(e, rules, now));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(e, &json, options).ok()) return absl::InternalError("export");
  response->set_json(json);
  return absl::OkStatus();
}

absl::StatusOr<Decision> ExportCitizenData(const ConsentRules& rules, const Call& call, const registry::v1::ExportCitizenDataRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Who who, FindSubject(rules, call, request.citizen(), view));
  BB_RETURN_IF_ERROR(CheckLook(call));
  records::Export e;
  e.set_time(absl::FormatTime(absl::RFC3339_sec, call.now, absl::UTCTimeZone()));
  if (who.subject != nullptr) {
    Reads reads;
    const std::vector<Found> consents = reads.Take(OfCitizen(call, who.id, view));
    const auto requests = reads.Take(view.Page<records::ConsentRecord>("requests", who.id, kMaxListed));
    BB_RETURN_IF_ERROR(reads.status());
    const records::Subject& s = *who.subject;
    e.set_state(s.state() == records::Subject::STATE_RESTRICTED ? "RESTRICTED" : "ACTIVE");
    *e.mutable_identifiers() = s.identifiers();
    std::vector<std::string> agencies;
    for (const auto& [agency, refs] : s.references()) agencies.push_back(agency);
    std::sort(agencies.begin(), agencies.end());  // a map has no order
    for (const std::string& agency : agencies) e.add_agencies(agency);
    if (s.has_card()) e.set_code_card_issued(DatePhrase(Language::kDanish, absl::FromUnixMillis(s.card().issued_ms())));
    e.set_linked_aliases(s.linked_aliases());
    for (const auto& [id, r] : consents) {
      v1::Consent* c = e.add_consents();
      *c = ToConsent(rules.handle_key, id, *r, {call.agency.value(), true, ""}, call.now);
      c->clear_citizen();
    }
    for (const auto& [id, r] : requests.records) *e.add_requests() = ToRequest(rules.handle_key, id, *r);
  }
  registry::v1::ExportCitizenDataResponse response;
  BB_RETURN_IF_ERROR(FillExport(rules, e, call.now, &response));
  Decision decision(response);
  // Who was shown what stands in the ledger, which is read after this is written to it.
  records::ExportReading reading;
  reading.mutable_subject()->set_subject(who.id);
  if (who.subject != nullptr) *reading.mutable_subject()->mutable_absorbed() = who.subject->absorbed();
  *reading.mutable_exported() = std::move(e);
  reading.set_time_ms(Millis(call.now));
  decision.HandOver(reading.SerializeAsString());
  ledger::v1::EntryDetails details;
  details.set_act(ledger::v1::ACT_DATA_EXPORTED);
  Note(decision, call, who.id, ledger::v1::ENTRY_KIND_CITIZEN_VIEW, details);
  return decision;
}

}  // namespace brobygger::consent
