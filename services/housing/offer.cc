#include "services/housing/offer.h"

#include <optional>
#include <utility>

#include "services/housing/common.h"
#include "services/housing/duties.h"
#include "services/housing/file_sections.h"
#include "services/housing/referral.h"
#include "services/housing/tenancy.h"
#include "services/housing/unit.h"

namespace brobygger::housing {
namespace {

using Offer = v1::HousingOffer;

constexpr char kPlural[] = "offers";
constexpr int kHeadOfTheLine = 3;
constexpr int kOpenDays = 14;
constexpr int kLongestOpenDays = 60;
constexpr int kMoveInDays = 31;
constexpr int kLongestMoveInDays = 92;

// The day asked for, or the usual one; within [today, today + longest].
absl::StatusOr<absl::CivilDay> LastDay(absl::string_view field, bool given, const type::v1::Date& date, absl::CivilDay today, int usual,
                                       int longest) {
  if (!given) return today + usual;
  const absl::CivilDay day = ToDay(date);
  if (day < today || day > today + longest) {
    return Invalid({{std::string(field), absl::StrCat("want a day from today to ", longest, " days ahead")}});
  }
  return day;
}

std::optional<DueThing> DueOf(const Offer& offer, absl::CivilDay today) {
  switch (offer.state()) {
    case v1::OFFER_STATE_OPEN: return DueThing{v1::DUTY_REASON_ANSWER_TO_OFFER, ToDay(offer.valid_until())};
    case v1::OFFER_STATE_ACCEPTED: return DueThing{v1::DUTY_REASON_MOVE_IN, ToDay(offer.move_in_by())};
    case v1::OFFER_STATE_DECLINED:
      // A plain no needs no talk.
      if (offer.was_accepted()) return DueThing{v1::DUTY_REASON_ACCEPTED_OFFER_DECLINED, today};
      return std::nullopt;
    case v1::OFFER_STATE_LAPSED:
      return DueThing{offer.was_accepted() ? v1::DUTY_REASON_ACCEPTED_OFFER_LAPSED : v1::DUTY_REASON_OFFER_LAPSED, today};
    default: return std::nullopt;
  }
}

// The offer with its duty and its section of the file; the standing is for the caller to write.
void PutOffer(const Call& call, const std::string& id, Offer* offer, Dossier* dossier, Decision* decision) {
  *offer->mutable_update_time() = Stamp(call.now);
  decision->Put(Entities(), id, *offer);
  SetDuty("offer", absl::StrCat(kPlural, "/", id), offer->citizen(), offer->adviser(), DueOf(*offer, CopenhagenDay(call.now)), decision);
  dossier->standing.clear_offer();
  if (auto section = InFile(*offer)) *dossier->standing.mutable_offer() = *std::move(section);
}

// OK if the offer may become that by the table and by the clock.
absl::Status CheckOffer(const Call& call, const Offer& offer, v1::OfferState to) { return CheckMove(StateAt(offer, call.now), to); }

}  // namespace

const type::v1::Date* LastDayOf(const Offer& offer) {
  switch (offer.state()) {
    case v1::OFFER_STATE_OPEN: return &offer.valid_until();
    case v1::OFFER_STATE_ACCEPTED: return &offer.move_in_by();
    default: return nullptr;
  }
}

absl::Time LapsesAt(const Offer& offer) {
  const type::v1::Date* last = LastDayOf(offer);
  return last == nullptr ? absl::InfiniteFuture() : StartOfDay(ToDay(*last) + 1);
}

v1::OfferState StateAt(const Offer& offer, absl::Time now) { return LapsesAt(offer) <= now ? v1::OFFER_STATE_LAPSED : offer.state(); }

absl::StatusOr<OfferParts> OfferParts::Read(View& view, const std::string& offer_id) {
  OfferParts parts;
  parts.id = offer_id;
  BB_ASSIGN_OR_RETURN(const Offer* offer, view.Get<Offer>(offer_id));
  parts.offer = *offer;
  parts.referral_id = IdOf(offer->referral());
  // Asked for together.
  const auto referral = view.Get<v1::HousingReferral>(parts.referral_id);
  const auto house = view.Get<stored::HouseRecord>(UnitName(offer->unit()).house);
  absl::StatusOr<Dossier> dossier = Dossier::Read(view, IdOf(offer->citizen()));
  BB_RETURN_IF_ERROR(referral.status());
  BB_RETURN_IF_ERROR(house.status());
  BB_RETURN_IF_ERROR(dossier.status());
  parts.referral = **referral;
  parts.house = **house;
  parts.dossier = *std::move(dossier);
  return parts;
}

stored::Unit* OfferParts::unit() {
  stored::Unit* found = FindUnit(&house, UnitName(offer.unit()).code);
  return found != nullptr && found->state() == v1::UNIT_STATE_RESERVED && found->offer() == id ? found : nullptr;
}

absl::Status EndOffer(const Call& call, v1::OfferState to, v1::ReferralState referral_to, OfferParts* parts, Decision* decision) {
  BB_RETURN_IF_ERROR(CheckMove(parts->offer.state(), to));
  if (stored::Unit* unit = parts->unit()) {
    BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_VACANT));
    decision->Put(Entities(), UnitName(parts->offer.unit()).house, parts->house);
  }
  parts->offer.set_state(to);
  BB_RETURN_IF_ERROR(MoveReferral(call, referral_to, parts->referral_id, &parts->referral, &parts->dossier, decision));
  PutOffer(call, parts->id, &parts->offer, &parts->dossier, decision);
  parts->dossier.Write(CopenhagenDay(call.now), decision);
  Announce(call, v1::HOUSING_EVENT_TYPE_OFFER_ENDED, absl::StrCat(kPlural, "/", parts->id), parts->offer.citizen(), decision);
  return absl::OkStatus();
}

absl::StatusOr<Decision> OfferUnit(const Call& call, const v1::OfferUnitRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(const absl::CivilDay valid_until,
                      LastDay("valid_until", request.has_valid_until(), request.valid_until(), today, kOpenDays, kLongestOpenDays));
  const std::string referral_id = IdOf(request.referral());
  const UnitName name(request.unit());
  const auto referral_read = view.Get<v1::HousingReferral>(referral_id);
  const auto house_read = view.Get<stored::HouseRecord>(name.house);
  BB_RETURN_IF_ERROR(referral_read.status());
  BB_RETURN_IF_ERROR(house_read.status());
  v1::HousingReferral referral = **referral_read;
  stored::HouseRecord house = **house_read;
  BB_RETURN_IF_ERROR(CheckMove(referral.state(), v1::REFERRAL_STATE_OFFERED));
  stored::Unit* unit = FindUnit(&house, name.code);
  if (unit == nullptr) return NotFound("unit");
  if (house.house().kind() != referral.needs().requested_kind()) {
    return Invalid({{"unit", absl::StrCat("want a home of the kind that was asked for: ", Word(referral.needs().requested_kind()))}});
  }
  BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_RESERVED));

  const auto line = view.Page<v1::HousingReferral>(kWaitingIndex, Word(referral.needs().requested_kind()), kHeadOfTheLine);
  absl::StatusOr<Dossier> dossier = Dossier::Read(view, IdOf(referral.citizen()));
  BB_RETURN_IF_ERROR(line.status());
  BB_RETURN_IF_ERROR(dossier.status());
  // Who is there but can no longer be read has been forgotten, and stands in nobody's way: the page leaves them out.
  const bool first = line->records.empty() || line->records[0].first == referral_id;
  if (!first && request.out_of_order() == v1::OUT_OF_ORDER_REASON_UNSPECIFIED) {
    return Refusal(absl::StatusCode::kFailedPrecondition, "NOT_FIRST_IN_LINE",
                   "somebody else has waited longer for a home of this kind: offer it to them, or say why not");
  }

  const std::string id = call.NewId();
  Offer offer;
  Begin(call, referral.citizen(), &offer);
  offer.set_referral(request.referral());
  offer.set_unit(request.unit());
  offer.set_state(v1::OFFER_STATE_OPEN);
  *offer.mutable_valid_until() = ToDate(valid_until);
  if (!first) offer.set_out_of_order(request.out_of_order());
  unit->set_offer(id);
  *unit->mutable_reserved_until() = offer.valid_until();
  referral.set_offer(absl::StrCat(kPlural, "/", id));

  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Offer>(id));
  Decision decision;
  decision.Put(Entities(), name.house, house);
  BB_RETURN_IF_ERROR(MoveReferral(call, v1::REFERRAL_STATE_OFFERED, referral_id, &referral, &*dossier, &decision));
  PutOffer(call, id, &offer, &*dossier, &decision);
  dossier->Write(today, &decision);
  Announce(call, v1::HOUSING_EVENT_TYPE_OFFER_MADE, referral.offer(), referral.citizen(), &decision);
  v1::OfferUnitResponse response;
  *response.mutable_offer() = Shown(offer, kPlural, id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> AcceptOffer(const Call& call, const v1::AcceptOfferRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now);
  BB_ASSIGN_OR_RETURN(const absl::CivilDay move_in_by,
                      LastDay("move_in_by", request.has_move_in_by(), request.move_in_by(), today, kMoveInDays, kLongestMoveInDays));
  BB_ASSIGN_OR_RETURN(OfferParts parts, OfferParts::Read(view, IdOf(request.name())));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, parts.offer.citizen()));
  BB_RETURN_IF_ERROR(CheckOffer(call, parts.offer, v1::OFFER_STATE_ACCEPTED));
  stored::Unit* unit = parts.unit();
  if (unit == nullptr) return Refusal(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "the home is no longer held for this offer");
  parts.offer.set_state(v1::OFFER_STATE_ACCEPTED);
  parts.offer.set_was_accepted(true);
  *parts.offer.mutable_move_in_by() = ToDate(move_in_by);
  *unit->mutable_reserved_until() = parts.offer.move_in_by();
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Offer>(parts.id));
  Decision decision;
  decision.Put(Entities(), UnitName(parts.offer.unit()).house, parts.house);
  BB_RETURN_IF_ERROR(MoveReferral(call, v1::REFERRAL_STATE_ACCEPTED, parts.referral_id, &parts.referral, &parts.dossier, &decision));
  PutOffer(call, parts.id, &parts.offer, &parts.dossier, &decision);
  parts.dossier.Write(today, &decision);
  v1::AcceptOfferResponse response;
  *response.mutable_offer() = Shown(parts.offer, kPlural, parts.id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> DeclineOffer(const Call& call, const v1::DeclineOfferRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(OfferParts parts, OfferParts::Read(view, IdOf(request.name())));
  BB_RETURN_IF_ERROR(CheckPresenceOf(call, parts.offer.citizen()));
  BB_RETURN_IF_ERROR(CheckOffer(call, parts.offer, v1::OFFER_STATE_DECLINED));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<Offer>(parts.id));
  Decision decision;
  BB_RETURN_IF_ERROR(EndOffer(call, v1::OFFER_STATE_DECLINED, v1::REFERRAL_STATE_WAITING, &parts, &decision));
  v1::DeclineOfferResponse response;
  *response.mutable_offer() = Shown(parts.offer, kPlural, parts.id, etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> RecordMoveIn(const Call& call, const v1::RecordMoveInRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), start = ToDay(request.start());
  BB_ASSIGN_OR_RETURN(OfferParts parts, OfferParts::Read(view, IdOf(request.offer())));
  BB_RETURN_IF_ERROR(CheckOffer(call, parts.offer, v1::OFFER_STATE_FULFILLED));
  stored::Unit* unit = parts.unit();
  if (unit == nullptr) return Refusal(absl::StatusCode::kFailedPrecondition, "WRONG_STATE", "the home is no longer held for this offer");
  const absl::CivilDay made = CopenhagenDay(absl::FromUnixMillis(Milliseconds(parts.offer.create_time())));
  if (start > today) return Invalid({{"start", "want a day not after today", "BAD_DATE_ORDER"}});
  if (start < made) return Invalid({{"start", "want a day not before the offer", "BAD_DATE_ORDER"}});
  if (unit->has_last_day() && start <= ToDay(unit->last_day())) {
    return DoubleBooked("the home's former tenancy covers this day");
  }

  v1::Tenancy tenancy;
  Begin(call, parts.offer.citizen(), &tenancy);
  tenancy.set_unit(parts.offer.unit());
  tenancy.set_landlord(request.landlord());
  *tenancy.mutable_start() = request.start();
  tenancy.set_status(v1::TENANCY_STATUS_ACTIVE);
  tenancy.set_rent_admin_agreement(request.rent_admin_agreement());
  tenancy.set_offer(request.offer());
  const std::string tenancy_id = call.NewId();
  BB_RETURN_IF_ERROR(CheckTenancy(parts.dossier.standing, start));

  BB_RETURN_IF_ERROR(MoveUnit(unit, v1::UNIT_STATE_OCCUPIED));
  unit->clear_last_day();
  unit->set_tenancy(tenancy_id);
  parts.offer.set_state(v1::OFFER_STATE_FULFILLED);
  BB_ASSIGN_OR_RETURN(const std::string offer_etag, view.NextEtag<Offer>(parts.id));
  BB_ASSIGN_OR_RETURN(const std::string tenancy_etag, view.NextEtag<v1::Tenancy>(tenancy_id));
  Decision decision;
  decision.Put(Entities(), UnitName(parts.offer.unit()).house, parts.house);
  BB_RETURN_IF_ERROR(MoveReferral(call, v1::REFERRAL_STATE_MOVED_IN, parts.referral_id, &parts.referral, &parts.dossier, &decision));
  PutOffer(call, parts.id, &parts.offer, &parts.dossier, &decision);
  PutTenancy(call, tenancy_id, &tenancy, &parts.dossier, &decision);
  // Whoever was about to leave without a home has one.
  SetDuty("leaving", parts.offer.citizen(), parts.offer.citizen(), parts.offer.adviser(), std::nullopt, &decision);
  parts.dossier.Write(today, &decision);
  Announce(call, v1::HOUSING_EVENT_TYPE_MOVED_IN, absl::StrCat("tenancies/", tenancy_id), tenancy.citizen(), &decision);
  v1::RecordMoveInResponse response;
  *response.mutable_offer() = Shown(parts.offer, kPlural, parts.id, offer_etag);
  *response.mutable_tenancy() = Shown(tenancy, "tenancies", tenancy_id, tenancy_etag);
  decision.Answer(response);
  return decision;
}

absl::StatusOr<Decision> GetOffer(const Call&, const v1::GetOfferRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const Offer* offer, view.Get<Offer>(id));
  BB_ASSIGN_OR_RETURN(const std::string etag, view.Etag<Offer>(id));
  v1::GetOfferResponse response;
  *response.mutable_offer() = Shown(*offer, kPlural, id, etag);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> ListOffers(const Call&, const v1::ListOffersRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<Offer> page, PageByCitizenOrState<Offer>(view, request, request.state(), "state"));
  v1::ListOffersResponse response;
  BB_RETURN_IF_ERROR(ShowAll(view, page, kPlural, response.mutable_offers()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

absl::StatusOr<Decision> LapseOffer(const Call& call, const std::string& id, View& view) {
  Decision decision;
  BB_ASSIGN_OR_RETURN(const Offer* offer, view.Find<Offer>(id));
  if (offer == nullptr || LapsesAt(*offer) > call.now) return decision;
  BB_ASSIGN_OR_RETURN(OfferParts parts, OfferParts::Read(view, id));
  BB_RETURN_IF_ERROR(EndOffer(call, v1::OFFER_STATE_LAPSED, v1::REFERRAL_STATE_WAITING, &parts, &decision));
  return decision;
}

}  // namespace brobygger::housing
