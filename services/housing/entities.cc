#include "services/housing/entities.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "brobygger/housing/v1/housing_file.pb.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/housing/appointment.h"

namespace brobygger::housing {
namespace {

std::int64_t Milliseconds(const google::protobuf::Timestamp& time) { return time.seconds() * 1000 + time.nanos() / 1'000'000; }

std::string Citizen(absl::string_view id) { return absl::StrCat("citizens/", id); }

std::vector<IndexEntry> ScreeningIndexes(absl::string_view, const v1::HomelessnessScreening& s) {
  const std::int64_t order = Milliseconds(s.create_time());
  std::vector<IndexEntry> out{{"by-citizen", IdOf(s.citizen()), order}};
  if (s.state() == v1::SCREENING_STATE_COMPLETED) out.push_back({"current-by-age", v1::AgeBand_Name(s.findings().age_band()), order});
  return out;
}

std::vector<IndexEntry> StandingIndexes(absl::string_view, const stored::Standing& s) {
  if (!NeedsFollowUp(s)) return {};
  return {{"follow-up", "", Milliseconds(s.complete_time())}};
}

EntitySet Make() {
  return EntitySet({
      EntityOf<v1::HomelessnessScreening>(
          "screening", {.owner = [](absl::string_view, const v1::HomelessnessScreening& s) { return s.citizen(); }, .indexes = ScreeningIndexes}),
      EntityOf<stored::Standing>("standing", {.owner = [](absl::string_view id, const stored::Standing&) { return Citizen(id); },
                                              .indexes = StandingIndexes,
                                              .due = [](absl::string_view, const stored::Standing& s) { return PassesAt(s); }}),
      EntityOf<v1::HousingFile>("file", {.owner = [](absl::string_view id, const v1::HousingFile&) { return Citizen(id); }}),
  });
}

}  // namespace

const EntitySet& Entities() {
  static const EntitySet* const entities = new EntitySet(Make());
  return *entities;
}

bool NeedsFollowUp(const stored::Standing& standing) {
  const bool calls_for_it = standing.result() == v1::SCREENING_RESULT_HOMELESS || standing.result() == v1::SCREENING_RESULT_AT_RISK;
  return calls_for_it && !standing.has_next_appointment();
}

std::string IdOf(absl::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

}  // namespace brobygger::housing
