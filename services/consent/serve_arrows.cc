#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "brobygger/consent/v1/authorize.pb.h"
#include "services/consent/consents.h"
#include "services/consent/serve.h"
#include "services/runtime/access.h"
#include "services/runtime/crypto.h"
#include "services/runtime/decide_run.h"
#include "services/runtime/rules.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

// How SeeArrow is run for a service of the holder: as a decision that only reads, for the person whose token came with the question.
struct ArrowCheck {
  Handler handler;
  DecidedMethod method;
  RunTools tools;
  MethodAccess person;  // who may list consents may hear of one
};

}  // namespace

void AttachArrowCheck(Runtime& runtime, const ConsentRules* rules) {
  const auto* consents = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("brobygger.consent.v1.ConsentService");
  auto check = std::make_shared<ArrowCheck>();
  check->handler = Typed<v1::CheckArrowRequest>(
      [rules](const Call& call, const v1::CheckArrowRequest& request, View& view) { return SeeArrow(*rules, call, request, view); });
  check->method.method = v1::CheckArrowRequest::descriptor()->file()->FindServiceByName("AuthorizeService")->FindMethodByName("CheckArrow");
  for (const Module& module : runtime.spec().modules) {
    if (module.service == consents) check->method.module = &module;
  }
  check->method.store = runtime.StoreOf(*check->method.module);
  check->method.handler = &check->handler;
  check->method.read_only = true;
  check->tools.telemetry = &runtime.telemetry();
  check->person = AccessOf(consents->FindMethodByName("ListConsents"));
  runtime.Keep(check);
  runtime.dispatcher().SetRaw(check->method.method, [&runtime, check](Incoming in) {
    auto request = std::make_unique<v1::CheckArrowRequest>();
    if (!request->ParseFromString(in.body)) return in.reply(Invalid({{"", "want a CheckArrowRequest", "MALFORMED"}}), "");
    if (auto violations = CheckRules(*request); !violations.empty()) return in.reply(Invalid(std::move(violations)), "");
    Call call;
    call.now = runtime.clock()();
    auto caller = runtime.tokens().Verify(in.token, call.now);
    if (!caller.ok()) return in.reply(caller.status(), "");
    // Exactly the service that keeps the files of the person's own agency.
    const std::vector<AgencyId> served = runtime.directory().AgenciesServedBy(in.peer);
    if (std::find(served.begin(), served.end(), caller->agency) == served.end()) {
      return in.reply(Refusal(absl::StatusCode::kPermissionDenied, "PEER_NOT_ALLOWED", "this call does not come by a road that is open to it"), "");
    }
    if (absl::Status role = AdmitRole(check->person, *caller); !role.ok()) return in.reply(role, "");
    call.method = check->method.method->full_name();
    call.agency = std::move(caller->agency);
    call.person = std::move(caller->person);
    call.roles = std::move(caller->roles);
    call.seed = crypto::Random(32);
    RunDecided(&check->method, &check->tools, std::move(in), std::move(call), std::move(request));
  });
}

}  // namespace brobygger::consent
