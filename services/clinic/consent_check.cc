#include "services/clinic/consent_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "brobygger/clinic/v1/clinic_service.pb.h"
#include "brobygger/clinic/v1/dental_requests.pb.h"
#include "brobygger/consent/v1/authorize.pb.h"
#include "services/runtime/status.h"

namespace brobygger::clinic {
namespace {

constexpr char kCheckArrow[] = "/brobygger.consent.v1.AuthorizeService/CheckArrow";

}  // namespace

absl::Status JudgeConsent(const absl::StatusOr<std::string>& bytes) {
  consent::v1::CheckArrowResponse answer;
  // What is wrong with the person's own call is said as it is: trying again later does not help. That the clinic itself is not let in,
  // or that something in between refuses without a reason of ours, is nothing the person can do about.
  const absl::Status& refusal = bytes.status();
  const std::string reason = ReasonOf(refusal);
  if ((absl::IsUnauthenticated(refusal) || absl::IsPermissionDenied(refusal)) && reason != "PEER_NOT_ALLOWED" && reason != "INTERNAL") return refusal;
  if (!bytes.ok() || !answer.ParseFromString(*bytes)) return ConsentServiceDown();
  const auto& given = answer.categories();
  return std::find(given.begin(), given.end(), type::v1::DATA_CATEGORY_HEALTH) == given.end() ? ConsentRequired() : absl::OkStatus();
}

absl::Status AttachConsentCheck(Runtime& runtime) {
  if (runtime.consent() == nullptr) return absl::FailedPreconditionError("consent: is required by the clinic");
  const auto* send = v1::GetCitizenFileRequest::descriptor()->file()->FindServiceByName("ClinicService")->FindMethodByName("SendDentalReferral");
  runtime.dispatcher().SetBefore(send, [&runtime](const Call&, const Incoming& incoming, const Message& message, std::function<void(absl::Status)> done) {
    const auto& request = static_cast<const v1::SendDentalReferralRequest&>(message);
    const runtime::Agency* recipient = runtime.directory().FindAgency(request.recipient());
    if (recipient == nullptr || recipient->kind() != type::v1::AGENCY_KIND_SOCIAL_DENTAL) {
      return done(Invalid({{"recipient", "want a social dental agency of the directory"}}));
    }
    consent::v1::CheckArrowRequest question;
    question.set_citizen(request.citizen());
    question.set_recipient(request.recipient());
    question.set_purpose(type::v1::PURPOSE_HEALTH_AND_DENTAL_CARE);
    runtime.consent()->Call(kCheckArrow, question.SerializeAsString(), incoming.deadline, {{"authorization", absl::StrCat("Bearer ", incoming.token)}},
                            [done = std::move(done)](absl::StatusOr<std::string> bytes) { done(JudgeConsent(bytes)); });
  });
  return absl::OkStatus();
}

}  // namespace brobygger::clinic
