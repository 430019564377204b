#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "brobygger/consent/v1/authorize.pb.h"
#include "brobygger/consent/v1/consent_views.pb.h"
#include "services/consent/serve.h"
#include "services/runtime/rules.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr int kPage = 100;

// One question: pages of ListConsents, asked as the person whose token came with it, until the arrow is found.
class ArrowSearch : public std::enable_shared_from_this<ArrowSearch> {
 public:
  ArrowSearch(Dispatcher* dispatcher, Incoming asked, v1::CheckArrowRequest request, std::string holder)
      : dispatcher_(dispatcher), asked_(std::move(asked)), request_(std::move(request)), holder_(std::move(holder)) {}

  // From the page with this token on; "" is the first.
  void Search(const std::string& page_token) {
    v1::ListConsentsRequest list;
    list.set_citizen(request_.citizen());
    list.set_page_size(kPage);
    list.set_page_token(page_token);
    Incoming in;
    in.method = v1::ListConsentsRequest::descriptor()->file()->pool()->FindMethodByName("brobygger.consent.v1.ConsentService.ListConsents");
    in.body = list.SerializeAsString();
    in.peer = "gateway";  // the road of a person's own call: the carrier has been checked, and all else is checked on it
    in.token = asked_.token;
    in.trace = asked_.trace;
    in.deadline = asked_.deadline;
    in.reply = [self = shared_from_this()](absl::Status status, std::string response) { self->Read(std::move(status), response); };
    dispatcher_->Handle(std::move(in));
  }

 private:
  bool IsIt(const v1::Consent& c) const {
    return c.state() == v1::CONSENT_STATE_ACTIVE && !c.expired() && c.arrow().holder() == holder_ &&
           c.arrow().recipient() == request_.recipient() && c.arrow().purpose() == request_.purpose();
  }

  void Read(absl::Status status, const std::string& bytes) {
    v1::ListConsentsResponse page;
    if (absl::IsNotFound(status)) return asked_.reply(absl::OkStatus(), "");  // whom the registry does not know has said yes to nothing
    if (!status.ok()) return asked_.reply(std::move(status), "");
    if (!page.ParseFromString(bytes)) return asked_.reply(absl::InternalError("consents"), "");
    const auto found = std::find_if(page.consents().begin(), page.consents().end(), [this](const auto& c) { return IsIt(c); });
    v1::CheckArrowResponse response;
    if (found != page.consents().end()) {
      *response.mutable_categories() = found->arrow().categories();  // at most one consent of an arrow is active
    } else if (!page.next_page_token().empty()) {
      return Search(page.next_page_token());
    }
    asked_.reply(absl::OkStatus(), response.SerializeAsString());
  }

  Dispatcher* const dispatcher_;
  const Incoming asked_;
  const v1::CheckArrowRequest request_;
  const std::string holder_;
};

}  // namespace

void AttachArrowCheck(Runtime& runtime) {
  const auto* method = v1::CheckArrowRequest::descriptor()->file()->FindServiceByName("AuthorizeService")->FindMethodByName("CheckArrow");
  runtime.dispatcher().SetRaw(method, [&runtime](Incoming in) {
    v1::CheckArrowRequest request;
    if (!request.ParseFromString(in.body)) return in.reply(Invalid({{"", "want a CheckArrowRequest", "MALFORMED"}}), "");
    if (auto violations = CheckRules(request); !violations.empty()) return in.reply(Invalid(std::move(violations)), "");
    auto caller = runtime.tokens().Verify(in.token, runtime.clock()());
    if (!caller.ok()) return in.reply(caller.status(), "");
    // Exactly the service that keeps the files of the person's own agency.
    const std::vector<AgencyId> served = runtime.directory().AgenciesServedBy(in.peer);
    if (std::find(served.begin(), served.end(), caller->agency) == served.end()) {
      return in.reply(Refusal(absl::StatusCode::kPermissionDenied, "PEER_NOT_ALLOWED", "this call does not come by a road that is open to it"), "");
    }
    std::string holder = caller->agency.value();
    std::make_shared<ArrowSearch>(&runtime.dispatcher(), std::move(in), std::move(request), std::move(holder))->Search("");
  });
}

}  // namespace brobygger::consent
