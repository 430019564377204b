// What is asked on one page, and what a yes does to what was given before. Shared by the decisions on consents.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "brobygger/consent/v1/consent_giving.pb.h"
#include "services/consent/common.h"
#include "services/consent/consent_view.h"
#include "services/consent/consents.h"

namespace brobygger::consent {

// What is wrong with one arrow, whoever asks: unknown agencies, holder = recipient, categories outside the purpose's maximum
// (CATEGORY_NOT_RELEVANT), a wrong last day. `field` is its path, "arrows[1]".
std::vector<Violation> CheckArrow(const ConsentRules& rules, const v1::Arrow& arrow, const std::string& field, absl::Time now);
// One page: at least one arrow, one purpose, one recipient or one pair both ways, no arrow twice, at most 7 categories in all.
std::vector<Violation> CheckPage(const google::protobuf::RepeatedPtrField<v1::Arrow>& arrows);

// A record of what is asked, DRAFT, version 1, with the handles of its parties and of the citizen.
records::ConsentRecord NewRecord(const ConsentRules& rules, const Call& call, const std::string& id, const std::string& subject,
                                 const v1::Arrow& arrow);

// Under which names to show a consent to whoever makes this call: the agency's own if it is a party, else the citizen's.
Viewer ViewerOf(const Call& call, const std::string& citizen, const records::ConsentRecord& record);

// What is wrong with how a yes was given. CAPACITY_NOT_ATTESTED first: it ends the conversation; then the fields of the request's
// `given`, then CONSENT_TEXT_OUTDATED. Sensitive oral consents say why they are oral.
absl::Status CheckGiven(const ConsentRules& rules, const Call& call, const v1::Given& given, CategoryMask categories);

// Puts consents into force: references, arrows, superseded ones, answered requests. Used by one decision, in this order:
//   Load (until it is OK), then Give for each, then Write.
class Giving {
 public:
  Giving(const ConsentRules& rules, const Call& call, Who who) : rules_(rules), call_(call), who_(std::move(who)) {}

  // Reads what is in force for these consents. The status says what is not loaded yet.
  absl::Status Load(const std::vector<records::ConsentRecord>& consents, View& view);
  // A consent that ends with this act, whether or not its arrow still names it.
  void Replace(const std::string& id, const records::ConsentRecord& record) { before_[id] = record; }
  // Makes it ACTIVE from now through its last day. References are made where they are missing.
  void Give(const std::string& id, records::ConsentRecord& record, absl::CivilDay last_day);
  void Write(Decision& decision);

 private:
  std::string ReferenceOf(const std::string& agency);

  const ConsentRules& rules_;
  const Call& call_;
  const Who who_;
  records::Subject subject_;
  bool subject_changed_ = false;
  int new_references_ = 0;
  std::map<std::string, records::Reference> references_;          // new ones
  std::map<std::string, records::Arrow> arrows_;                  // by id
  std::map<std::string, records::ConsentRecord> before_;          // in force until now, by id
  std::map<std::string, records::ConsentRecord> requests_;        // open
  std::map<std::string, records::ConsentRecord> written_;
};

}  // namespace brobygger::consent
