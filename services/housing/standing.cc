#include "services/housing/standing.h"

#include "absl/strings/str_cat.h"
#include "services/housing/entities.h"
#include "services/housing/file.h"

namespace brobygger::housing {

absl::StatusOr<Dossier> Dossier::Read(View& view, const std::string& citizen) {
  Dossier dossier;
  dossier.id_ = citizen;
  BB_ASSIGN_OR_RETURN(const stored::Standing* standing, view.Find<stored::Standing>(citizen));
  if (standing != nullptr) dossier.standing = *standing;
  if (!dossier.standing.current_screening().empty()) {
    BB_ASSIGN_OR_RETURN(dossier.current_, view.Get<v1::HomelessnessScreening>(dossier.standing.current_screening()));
  }
  return dossier;
}

void Dossier::Write(absl::CivilDay today, Decision* decision) const {
  decision->Put(Entities(), id_, standing);
  decision->Put(Entities(), id_, BuildFile(completed_ ? &*completed_ : current_, standing, today));
}

std::string Dossier::citizen() const { return absl::StrCat("citizens/", id_); }

}  // namespace brobygger::housing
