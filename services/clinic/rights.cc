#include "services/clinic/rights.h"

#include "brobygger/clinic/v1/clinic_file.pb.h"
#include "brobygger/clinic/v1/dental_referral.pb.h"
#include "brobygger/clinic/v1/nurse_contact.pb.h"
#include "brobygger/clinic/v1/wound_course.pb.h"
#include "services/clinic/common.h"
#include "services/clinic/entities.h"
#include "services/clinic/file.h"

namespace brobygger::clinic {

RightsRules ClinicRights() {
  const EntitySet& all = Entities();
  RightsRules rules;
  rules.entities = &all;
  rules.kinds = {
      KeptOne<v1::ClinicFile>(all, "Det andre kan få at se, hvis du siger ja", "What others can be shown if you say yes"),
      KeptByCitizen<v1::NurseContact>(all, "Besøg hos sygeplejersken", "Contacts with the nurse"),
      KeptByCitizen<v1::WoundCourse>(all, "Sårpleje", "Care of wounds"),
      KeptByCitizen<v1::DentalReferral>(all, "Tandpleje", "Dental care"),
      KeptOne<stored::Standing>(all, "Overblik", "Overview"),
  };
  rules.about = {type::v1::DATA_CATEGORY_HEALTH, type::v1::DATA_CATEGORY_APPOINTMENTS};
  rules.put_in_file = [](const Call& call, View& view, const std::string& citizen, const rights::v1::StatementsInFile& statements,
                         Decision* decision) -> absl::Status {
    BB_ASSIGN_OR_RETURN(stored::Standing standing, ReadStanding(view, citizen));
    *standing.mutable_statements() = statements;
    WriteStanding(citizen, standing, CopenhagenDay(call.now), decision);
    return absl::OkStatus();
  };
  return rules;
}

}  // namespace brobygger::clinic
