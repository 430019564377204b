// The suggestion box. Nothing tells who put an idea in: no author, no time of day, no order within a day.
#pragma once

#include "brobygger/dropin/v1/suggestion.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::dropin {

// How many suggestions one agenda holds, and how many of a kind are shown at once.
inline constexpr int kMostOnAgenda = 100;

absl::StatusOr<Decision> PostSuggestion(const Call& call, const v1::PostSuggestionRequest& request, View& view);
absl::StatusOr<Decision> ScreenSuggestion(const Call& call, const v1::ScreenSuggestionRequest& request, View& view);
absl::StatusOr<Decision> PutOnAgenda(const Call& call, const v1::PutOnAgendaRequest& request, View& view);
absl::StatusOr<Decision> DecideSuggestion(const Call& call, const v1::DecideSuggestionRequest& request, View& view);
absl::StatusOr<Decision> ListSuggestions(const Call& call, const v1::ListSuggestionsRequest& request, View& view);
absl::StatusOr<Decision> ListUnscreenedSuggestions(const Call& call, const v1::ListUnscreenedSuggestionsRequest& request, View& view);

// Those of a meeting, which is called off, go back into the box.
absl::Status BackIntoTheBox(const std::string& meeting_id, View& view, Decision* decision);

}  // namespace brobygger::dropin
