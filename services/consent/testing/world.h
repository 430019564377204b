// A small municipality in memory, for the tests of the consent service's rules: four agencies, a clock that stands still, and
// the calls that people make. Nothing but the decisions themselves runs.
#pragma once

#include <string>
#include <vector>

#include "services/consent/attest.h"
#include "services/consent/consents.h"
#include "services/consent/modules.h"
#include "services/consent/registry.h"
#include "services/runtime/stored.pb.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger::consent {

inline constexpr char kDropin[] = "agencies/perron-4";
inline constexpr char kHousing[] = "agencies/boligenhed";
inline constexpr char kJobcentre[] = "agencies/jobcenter";
inline constexpr char kTreatment[] = "agencies/rusmiddelcenter";

Directory TestDirectory();
// 1 March 2026 12:00 in Copenhagen.
absl::Time Noon();

class World {
 public:
  World();

  // --- who calls ---
  Call Staff(const std::string& agency, const std::string& person = "person-1");
  Call Login(const std::string& cpr);  // the citizen's own
  // The same call with the citizen's part in it. Statements are for HELP, unless For or Naming says what else.
  static Call Stated(Call call);
  Call TwoPersons(Call call, const std::string& second_agency, bool signature = false);
  Call CodeCard(Call call, bool signature = false);
  static Call For(type::v1::PresenceUse use, Call call);
  static Call Naming(const google::protobuf::RepeatedPtrField<std::string>& consents, Call call);  // for GIVE

  // --- what they do; each aborts the test if it is refused ---
  std::string Ensure(const std::string& agency, const std::string& cpr = "");
  v1::Arrow Arrow(const std::string& holder, const std::string& recipient, type::v1::Purpose purpose,
                  const std::vector<type::v1::DataCategory>& categories);
  std::vector<v1::Consent> Propose(const std::string& agency, const std::string& citizen, const std::vector<v1::Arrow>& arrows, const std::string& own_words = "");
  // Drop-in to housing, contact and appointments, for a home: proposed by the drop-in and given before two of its people.
  v1::Consent Give(const std::string& citizen);
  v1::ActivateConsentsRequest Activation(const std::string& citizen, const std::vector<v1::Consent>& drafts);
  // By a statement that names exactly these, if the call carries one.
  absl::StatusOr<v1::ActivateConsentsResponse> Activate(const Call& call, const v1::ActivateConsentsRequest& request) {
    return Ask<v1::ActivateConsentsResponse>(ActivateConsents, Naming(request.consents(), call), request);
  }

  // --- any decision, committed ---
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Decision> (*decide)(const ConsentRules&, const Call&, const Request&, View&), Call call, const Request& request) {
    call.now = now;
    call.seed = NextSeed();
    return store.Ask<Response>(Typed<Request>([this, decide](const Call& c, const Request& r, View& v) { return decide(rules, c, r, v); }), call, request);
  }

  // The id of the subject behind an agency's reference.
  std::string SubjectOf(const std::string& agency, const std::string& citizen);
  // Stored consents in a state.
  int Count(v1::ConsentState state);
  // The last entry of the ledger.
  ::brobygger::stored::LedgerRow LastEntry(std::string* subject = nullptr);
  v1::ConsentText Text() { return *rules.texts.Newest("da"); }

  Directory directory = TestDirectory();
  ConsentRules rules;
  testing::MemoryStore store;
  absl::Time now = Noon();

 private:
  std::string NextSeed();
  int seeds_ = 0;
};

}  // namespace brobygger::consent
