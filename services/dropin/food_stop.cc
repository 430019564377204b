#include "services/dropin/food_stop.h"

#include "absl/strings/str_cat.h"
#include "services/dropin/entities.h"
#include "services/dropin/participant.h"
#include "services/dropin/states.h"
#include "services/runtime/civil.h"

namespace brobygger::dropin {
namespace {

constexpr int kAheadDays = 62;
constexpr int kMostStops = 500;

v1::FoodStop Shown(v1::FoodStop stop, absl::string_view id) {
  stop.set_participant(absl::StrCat("participants/", id));
  return stop;
}

}  // namespace

absl::StatusOr<Decision> JoinFoodRounds(const Call& call, const v1::JoinFoodRoundsRequest& request, View& view) {
  const absl::CivilDay today = CopenhagenDay(call.now), until = ToDay(request.until());
  if (until < today || until > today + kAheadDays) return Invalid({{"until", absl::StrCat("want a day from today to ", kAheadDays, " days ahead")}});
  const std::string id = IdOf(request.participant());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseAlias(call, id, view));
  v1::FoodStop stop;
  stop.set_address(request.address());
  stop.set_note(request.note());
  *stop.mutable_until() = request.until();
  BB_RETURN_IF_ERROR(view.Find<v1::FoodStop>(id).status());
  v1::JoinFoodRoundsResponse response;
  *response.mutable_stop() = Shown(stop, id);
  Decision decision(response);
  decision.Put(Entities(), id, stop);
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> LeaveFoodRounds(const Call& call, const v1::LeaveFoodRoundsRequest& request, View& view) {
  const std::string id = IdOf(request.participant());
  BB_ASSIGN_OR_RETURN(const v1::Participant participant, UseKnown(call, id, view));
  BB_RETURN_IF_ERROR(view.Get<v1::FoodStop>(id).status());
  Decision decision{v1::LeaveFoodRoundsResponse()};
  decision.Delete("food-stop", id);
  decision.Put(Entities(), id, participant);
  return decision;
}

absl::StatusOr<Decision> GetFoodStops(const Call&, const v1::GetFoodStopsRequest& request, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::FoodRound* round, view.Get<v1::FoodRound>(IdOf(request.round())));
  if (round->state() != v1::FOOD_ROUND_STATE_PLANNED) return WrongState(Word(round->state()), "PLANNED");
  if (round->mode() != v1::FOOD_MODE_HOME) return WrongState(Word(round->mode()), "HOME: other rounds need no address");
  BB_ASSIGN_OR_RETURN(const Listed<v1::FoodStop> page, view.Page<v1::FoodStop>("all", "", kMostStops));
  v1::GetFoodStopsResponse response;
  for (const auto& [id, stop] : page.records) {
    if (ToDay(stop->until()) >= ToDay(round->date())) *response.add_stops() = Shown(*stop, id);
  }
  return Decision(std::move(response));
}

absl::StatusOr<Decision> DropFoodStop(const Call& call, const std::string& id, View& view) {
  BB_ASSIGN_OR_RETURN(const v1::FoodStop* stop, view.Find<v1::FoodStop>(id));
  Decision decision;
  if (stop != nullptr && ToDay(stop->until()) < CopenhagenDay(call.now)) decision.Delete("food-stop", id);
  return decision;
}

}  // namespace brobygger::dropin
