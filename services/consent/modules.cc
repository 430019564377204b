#include "services/consent/modules.h"

#include "services/consent/attest.h"
#include "services/consent/card.h"
#include "services/consent/consents.h"
#include "services/consent/registry.h"
#include "services/consent/story.h"

namespace brobygger::consent {
namespace {

constexpr char kTrustPrefix[] = "consent";
constexpr char kCardPrefix[] = "registry";

// A handler over the rules.
template <class Request>
Handler Ruled(const ConsentRules* rules, absl::StatusOr<Decision> (*decide)(const ConsentRules&, const Call&, const Request&, View&)) {
  return Typed<Request>([rules, decide](const Call& call, const Request& request, View& view) { return decide(*rules, call, request, view); });
}

Module TrustModule(const ConsentRules* rules, const google::protobuf::FileDescriptor* file, const char* service) {
  Module m;
  m.service = file->FindServiceByName(service);
  m.prefix = kTrustPrefix;
  m.scope = Module::Scope::kTrust;
  m.entities = &rules->entities;
  return m;
}

}  // namespace

ServiceSpec MakeSpec(const ConsentRules* rules, const EntitySet* cards) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  Module consents = TrustModule(rules, pool->FindFileByName("brobygger/consent/v1/consent_service.proto"), "ConsentService");
  consents.handlers = {
      {"ProposeConsents", Ruled(rules, ProposeConsents)},
      {"ActivateConsents", Ruled(rules, ActivateConsents)},
      {"DeclineConsents", Ruled(rules, DeclineConsents)},
      {"WithdrawConsents", Ruled(rules, WithdrawConsents)},
      {"NarrowConsent", Ruled(rules, NarrowConsent)},
      {"RenewConsent", Ruled(rules, RenewConsent)},
      {"RequestConsent", Ruled(rules, RequestConsent)},
      {"GetConsent", Ruled(rules, GetConsent)},
      {"ListConsents", Ruled(rules, ListConsents)},
      {"ListIncomingConsents", Ruled(rules, ListIncomingConsents)},
      {"ListMyConsents", Ruled(rules, ListMyConsents)},
      {"GetConsentText", Ruled(rules, GetConsentText)},
  };
  // The kinds are the same in every module of the trust store; their time comes in one of them.
  consents.on_due = {{"consent", ForgetDraft}, {"spent", ForgetSpent}, {"quota", ForgetQuota}};

  Module presence = TrustModule(rules, v1::AttestPresenceRequest::descriptor()->file(), "PresenceService");
  presence.handlers = {{"AttestPresence", Ruled(rules, AttestPresence)}, {"IssueCodeCard", Ruled(rules, IssueCodeCard)}};

  Module registry = TrustModule(rules, registry::v1::EnsureCitizenRequest::descriptor()->file(), "RegistryService");
  registry.handlers = {
      {"EnsureCitizen", Ruled(rules, EnsureCitizen)},
      {"LinkAlias", Ruled(rules, LinkAlias)},
      {"MergeCitizens", Ruled(rules, MergeCitizens)},
      {"RestrictCitizen", Ruled(rules, RestrictCitizen)},
      {"ExportCitizenData", Ruled(rules, ExportCitizenData)},
  };

  Module ledger = TrustModule(rules, ledger::v1::ExplainDecisionRequest::descriptor()->file(), "LedgerService");
  ledger.handlers = {{"GetCitizenAccessStory", Ruled(rules, GetCitizenAccessStory)}, {"ExplainDecision", Ruled(rules, ExplainDecision)}};

  Module card;
  card.service = registry::v1::CitizenCard::descriptor()->file()->FindServiceByName("CitizenCardService");
  card.prefix = kCardPrefix;
  card.scope = Module::Scope::kOwnAgency;
  card.entities = cards;
  card.file_kind = "card";
  card.handlers = {
      {"UpdateCitizenCard", Typed<registry::v1::UpdateCitizenCardRequest>(
                                [rules, cards](const Call& call, const registry::v1::UpdateCitizenCardRequest& request, View& view) {
                                  return UpdateCitizenCard({cards, rules->name_key}, call, request, view);
                                })},
      {"GetCitizenCard", Typed<registry::v1::GetCitizenCardRequest>(GetCitizenCard)},
      {"ListCitizenCards", Typed<registry::v1::ListCitizenCardsRequest>(
                               [rules, cards](const Call& call, const registry::v1::ListCitizenCardsRequest& request, View& view) {
                                 return ListCitizenCards({cards, rules->name_key}, call, request, view);
                               })},
  };
  return {"consent", {std::move(consents), std::move(presence), std::move(registry), std::move(ledger), std::move(card)}};
}

}  // namespace brobygger::consent
