#include "services/consent/modules.h"

#include "brobygger/ledger/v1/proof.pb.h"
#include "services/consent/attest.h"
#include "services/consent/card.h"
#include "services/consent/closing.h"
#include "services/consent/consents.h"
#include "services/consent/registry.h"
#include "services/consent/rights.h"
#include "services/consent/story.h"
#include "services/runtime/rights.h"
#include "services/runtime/status.h"

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

// An empty answer, to be filled.
template <class Request, class Response>
absl::StatusOr<Decision> Afterwards(const Call&, const Request&, View&) {
  return Decision(Response());
}
absl::StatusOr<Decision> CheckInclusion(const Call&, const ledger::v1::GetInclusionProofRequest& request, View&) {
  if (request.number() > request.size()) return Invalid({{"size", "want at least number"}});
  return Decision(ledger::v1::GetInclusionProofResponse());
}
absl::StatusOr<Decision> CheckConsistency(const Call&, const ledger::v1::GetConsistencyProofRequest& request, View&) {
  if (request.first() > request.second()) return Invalid({{"second", "want at least first"}});
  return Decision(ledger::v1::GetConsistencyProofResponse());
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
  consents.on_replay = Replays(rules);

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

  Module rights = TrustModule(rules, registry::v1::IssueAccessTicketsRequest::descriptor()->file(), "RightsService");
  rights.handlers = {{"IssueAccessTickets", Ruled(rules, IssueAccessTickets)}, {"IssueActTickets", Ruled(rules, IssueActTickets)}};

  Module ledger = TrustModule(rules, ledger::v1::ExplainDecisionRequest::descriptor()->file(), "LedgerService");
  ledger.handlers = {{"GetCitizenAccessStory", Ruled(rules, GetCitizenAccessStory)}, {"ExplainDecision", Ruled(rules, ExplainDecision)}};

  // What they answer is proved after them, by the signer (AttachProofs).
  Module proofs = TrustModule(rules, ledger::v1::GetLedgerHeadRequest::descriptor()->file(), "LedgerProofService");
  proofs.handlers = {{"GetLedgerHead", Typed<ledger::v1::GetLedgerHeadRequest>(Afterwards<ledger::v1::GetLedgerHeadRequest, ledger::v1::GetLedgerHeadResponse>)},
                     {"GetInclusionProof", Typed<ledger::v1::GetInclusionProofRequest>(CheckInclusion)},
                     {"GetConsistencyProof", Typed<ledger::v1::GetConsistencyProofRequest>(CheckConsistency)},
                     {"ListLedgerEntries",
                      Typed<ledger::v1::ListLedgerEntriesRequest>(Afterwards<ledger::v1::ListLedgerEntriesRequest, ledger::v1::ListLedgerEntriesResponse>)}};

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
  RightsRules kept;
  kept.entities = cards;
  kept.kinds = {KeptOne<registry::v1::CitizenCard>(*cards, "Sådan kaldes og nås du", "How you are called and reached"),
                KeptOne<records::CardLine>(*cards, "Linjen på stedets liste", "The line on the agency's list")};
  kept.about = {type::v1::DATA_CATEGORY_CONTACT, type::v1::DATA_CATEGORY_IDENTITY};
  Module card_rights = RightsModule(pool->FindFileByName("brobygger/registry/v1/card_rights.proto")->service(0), kCardPrefix, std::move(kept));
  return {"consent",
          {std::move(consents), std::move(presence), std::move(registry), std::move(rights), std::move(ledger), std::move(proofs), std::move(card),
           std::move(card_rights)}};
}

}  // namespace brobygger::consent
