#include "services/consent/card.h"

#include <string>
#include <utility>
#include <vector>

#include "services/consent/card_name.h"
#include "services/consent/common.h"
#include "services/consent/names.h"
#include "services/runtime/civil.h"
#include "services/runtime/rules.h"

namespace brobygger::consent {
namespace {

registry::v1::CitizenCard Masked(registry::v1::CitizenCard card) {
  if (!card.cpr().empty()) card.set_cpr(kMaskedCpr);
  return card;
}

// Asked when a birth date is written down for the first time or corrected: a citizen who grows older stays a citizen.
absl::Status CheckAge(const registry::v1::CitizenCard& card, const registry::v1::CitizenCard* before, absl::Time now) {
  if (!card.has_birth_date()) return absl::OkStatus();
  const type::v1::Date& b = card.birth_date();
  if (!IsDate(b.year(), b.month(), b.day())) return Invalid({{"card.birth_date", "want a day that exists"}});
  if (before != nullptr && before->birth_date().SerializeAsString() == b.SerializeAsString()) return absl::OkStatus();
  const int age = AgeOn(ToDay(b), CopenhagenDay(now));
  if (age >= kMinAge && age <= kMaxAge) return absl::OkStatus();
  return Refusal(absl::StatusCode::kFailedPrecondition, "AGE_OUT_OF_RANGE", "a citizen here is 15 to 110 years old");
}

}  // namespace

absl::StatusOr<Decision> UpdateCitizenCard(const CardRules& rules, const Call& call, const registry::v1::UpdateCitizenCardRequest& request, View& view) {
  const std::string id = RefId(request.citizen());
  if (id.empty()) return NotFound("citizen");
  Reads reads;
  const registry::v1::CitizenCard* before = reads.Take(view.Find<registry::v1::CitizenCard>(id));
  reads.Take(view.Find<records::CardLine>(id));  // replaced below: the store need not look for it
  BB_RETURN_IF_ERROR(reads.status());
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<registry::v1::CitizenCard>(id));
  if (!request.etag().empty() && request.etag() != etag) return EtagMismatch();
  registry::v1::CitizenCard card = request.card();
  if (request.keep_cpr()) {
    if (!card.cpr().empty()) return Invalid({{"card.cpr", "want none together with keep_cpr"}});
    if (before != nullptr) card.set_cpr(before->cpr());
  }
  card.set_cpr(NormalNumber(card.cpr()));
  if (!card.cpr().empty() && !IsCpr(card.cpr(), Cpr::kOrdinary)) return Invalid({{"card.cpr", "want ten digits that begin with a date", "CPR_INVALID"}});
  BB_RETURN_IF_ERROR(CheckAge(card, before, call.now));

  Decision decision;
  decision.Put(*rules.entities, id, card);
  records::CardLine line;
  line.set_preferred_name(card.preferred_name());
  line.set_change_ms(Millis(call.now));
  for (const std::string& word : NameWords(card.preferred_name())) line.add_names(NameIndex(rules.name_key, call.agency.value(), word));
  decision.Put(*rules.entities, id, line);
  registry::v1::UpdateCitizenCardResponse response;
  *response.mutable_card() = Masked(std::move(card));
  BB_ASSIGN_OR_RETURN(*response.mutable_etag(), view.NextEtag<registry::v1::CitizenCard>(id));
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> GetCitizenCard(const Call&, const registry::v1::GetCitizenCardRequest& request, View& view) {
  const std::string id = RefId(request.citizen());
  if (id.empty()) return NotFound("card");
  BB_ASSIGN_OR_RETURN(const registry::v1::CitizenCard* card, view.Get<registry::v1::CitizenCard>(id));
  registry::v1::GetCitizenCardResponse response;
  *response.mutable_card() = request.show_cpr() ? *card : Masked(*card);
  BB_ASSIGN_OR_RETURN(*response.mutable_etag(), view.Etag<registry::v1::CitizenCard>(id));
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListCitizenCards(const CardRules& rules, const Call& call, const registry::v1::ListCitizenCardsRequest& request, View& view) {
  const std::string word = NameWord(request.name());
  if (word.empty() && !request.name().empty()) return Invalid({{"name", "want one whole word of the name"}});
  BB_ASSIGN_OR_RETURN(const Listed<records::CardLine> page,
                      view.Page<records::CardLine>(word.empty() ? "all" : "name", word.empty() ? "" : NameIndex(rules.name_key, call.agency.value(), word),
                                                   PageSize(request.page_size()), request.page_token()));
  registry::v1::ListCitizenCardsResponse response;
  for (const auto& [id, line] : page.records) {
    auto* out = response.add_lines();
    out->set_citizen(CitizenName(id));
    out->set_preferred_name(line->preferred_name());
    *out->mutable_change_day() = ToDate(CopenhagenDay(absl::FromUnixMillis(line->change_ms())));
  }
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::consent
