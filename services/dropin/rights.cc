#include "services/dropin/rights.h"

#include "brobygger/dropin/v1/regular.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/stored_network.pb.h"

namespace brobygger::dropin {

RightsRules DropinRights() {
  const EntitySet& all = Entities();
  RightsRules rules;
  rules.entities = &all;
  rules.kinds = {
      KeptOne<v1::DropinFile>(all, "Det andre kan få at se, hvis du siger ja", "What others can be shown if you say yes"),
      KeptOne<v1::Regular>(all, "Det står der om dig i huset", "What the house has about you"),
      KeptOne<stored::Companions>(all, "Bisiddere", "Companions"),
  };
  // A statement stands in the house and goes with the export. The file behind the door holds what was agreed for sharing: the citizen
  // changes that by agreeing anew.
  rules.about = {type::v1::DATA_CATEGORY_CONTACT, type::v1::DATA_CATEGORY_APPOINTMENTS, type::v1::DATA_CATEGORY_DAILY_LIFE,
                 type::v1::DATA_CATEGORY_SUPPORT_PLAN};
  return rules;
}

}  // namespace brobygger::dropin
