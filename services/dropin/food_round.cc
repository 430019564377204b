#include "services/dropin/food_round.h"

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/house_records.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kAheadDays = 62;
constexpr char kPlural[] = "foodRounds";

template <class Response>
absl::StatusOr<Decision> Put(const std::string& id, const v1::FoodRound& round, View& view) {
  BB_ASSIGN_OR_RETURN(const std::string etag, view.NextEtag<v1::FoodRound>(id));
  Response response;
  *response.mutable_round() = Named(round, kPlural, id, etag);
  Decision decision(response);
  decision.Put(Entities(), id, round);
  return decision;
}

absl::StatusOr<v1::FoodRound> Moved(const std::string& id, v1::FoodRoundState to, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::FoodRound* before, view.Get<v1::FoodRound>(id));
  BB_RETURN_IF_ERROR(CheckMove(before->state(), to));
  v1::FoodRound round = *before;
  round.set_state(to);
  return round;
}

}  // namespace

absl::StatusOr<Decision> PlanFoodRound(const Call& call, const v1::PlanFoodRoundRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), day = ToDay(request.date());
  if (day < today || day > today + kAheadDays) return Invalid({{"date", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});
  v1::FoodRound round;
  *round.mutable_date() = request.date();
  round.set_source(request.source());
  round.set_mode(request.mode());
  round.set_portions_planned(request.portions());
  round.set_state(v1::FOOD_ROUND_STATE_PLANNED);
  return Put<v1::PlanFoodRoundResponse>(call.NewId(), round, view);
}

absl::StatusOr<Decision> CloseFoodRound(const Call& call, const v1::CloseFoodRoundRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(v1::FoodRound round, Moved(id, v1::FOOD_ROUND_STATE_CLOSED, view));
  if (CopenhagenDay(call.now) < ToDay(round.date())) return WrongDay("name", "want a round whose day has come");
  round.set_portions_given(request.portions_given());
  return Put<v1::CloseFoodRoundResponse>(id, round, view);
}

absl::StatusOr<Decision> CancelFoodRound(const Call&, const v1::CancelFoodRoundRequest& request, View& view) {
  const std::string id = IdOf(request.name());
  BB_ASSIGN_OR_RETURN(const v1::FoodRound round, Moved(id, v1::FOOD_ROUND_STATE_CANCELLED, view));
  return Put<v1::CancelFoodRoundResponse>(id, round, view);
}

absl::StatusOr<Decision> ListFoodRounds(const Call&, const v1::ListFoodRoundsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const Listed<v1::FoodRound> page, AskedPage<v1::FoodRound>(view, "all", "", request));
  v1::ListFoodRoundsResponse response;
  BB_RETURN_IF_ERROR(NameAll(view, page, kPlural, response.mutable_rounds()));
  response.set_next_page_token(page.next);
  return Decision(std::move(response));
}

}  // namespace brobygger::dropin
