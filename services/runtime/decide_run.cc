#include "services/runtime/decide_run.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/runtime/config.h"
#include "services/runtime/page.h"
#include "services/runtime/status.h"
#include "services/runtime/ticket.h"

namespace brobygger {
namespace {

class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(const DecidedMethod* method, const RunTools* tools, Incoming incoming, Call call, std::unique_ptr<Message> request)
      : method_(*method), tools_(*tools), incoming_(std::move(incoming)), call_(std::move(call)), request_(std::move(request)) {
    if (method_.store != nullptr) {
      scope_.slug = method_.module->scope == Module::Scope::kTrust ? Store::kTrustSlug : std::string(SlugOf(call_.agency));
    }
    if (!method_.read_only && method_.request_id != nullptr && method_.store != nullptr) {
      const std::string id = Text(method_.request_id);
      // Scope of a request id: the agency and person (or the citizen) and the method.
      if (!id.empty()) {
        idempotency_key_ = absl::StrCat(call_.agency.value(), "\n", call_.OwnLogin() ? call_.citizen_identifier : call_.person.value(), "\n",
                                        call_.method, "\n", id);
      }
    }
  }

  void Start() {
    if (absl::Status s = OpenPageToken(); !s.ok()) return Refuse(s);
    FromEmptyView();
  }

 private:
  std::string Text(const google::protobuf::FieldDescriptor* field) const { return request_->GetReflection()->GetString(*request_, field); }

  // --- rounds ---

  void FromEmptyView() {
    view_.emplace(method_.module->entities);
    rounds_ = 0;
    Step();
  }

  void Step() {
    if (!method_.slow) return Decide();
    if (!tools_.slow->Submit([self = shared_from_this()] { self->Decide(); })) {
      Refuse(Refusal(absl::StatusCode::kResourceExhausted, "BUSY", "too many calls of this kind at the moment: try again"));
    }
  }

  // Whoever asked has gone: what waited in the queue of the slow is not worth its milliseconds any more, nor another round.
  bool TooLate() {
    if (absl::Now() < incoming_.deadline) return false;
    Refuse(Refusal(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the answer was not ready in time"));
    return true;
  }

  void Decide() {
    if (TooLate()) return;
    ++rounds_;
    absl::StatusOr<Decision> decision = (*method_.handler)(call_, *request_, *view_);
    if (view_->pending().empty()) return Decided(std::move(decision));
    if (rounds_ >= kMaxRounds || method_.store == nullptr) return Refuse(absl::InternalError("Decide asks for more in every round"));
    auto keys = std::make_shared<std::vector<ReadKey>>(view_->pending());
    method_.store->Read(scope_, *keys, [self = shared_from_this(), keys](absl::StatusOr<std::vector<ReadValue>> values) {
      if (!values.ok()) return self->Refuse(values.status());
      for (size_t i = 0; i < keys->size(); ++i) self->view_->Provide((*keys)[i], std::move((*values)[i]));
      self->Step();
    });
  }

  // --- after the last round ---

  void Decided(absl::StatusOr<Decision> decision) {
    if (!decision.ok()) return UnlessKept([s = decision.status()](Run* run) { run->Refuse(s); });
    decision_ = *std::move(decision);
    const bool refuses = !decision_.refusal().ok();
    if (!refuses && (decision_.response() == nullptr || decision_.response()->GetDescriptor() != method_.method->output_type())) {
      return Refuse(absl::InternalError("Decide answered with another type"));
    }
    const bool writes = !decision_.writes().empty() || !decision_.destroyed().empty() || !decision_.events().empty() || !decision_.ledger().empty();
    if (method_.read_only || method_.store == nullptr) {
      if (writes || refuses) return Refuse(absl::InternalError("a method that only reads wants to write"));
      return NoteReads();
    }
    // A refusal that counts something is not kept: a repeated request must find its first answer before it counts again.
    if (refuses) return UnlessKept([](Run* run) { run->Commit(/*keep=*/false); });
    if (writes || !idempotency_key_.empty()) return Commit(/*keep=*/true);
    Answer();
  }

  void Commit(bool keep) {
    if (TooLate()) return;
    Store::CommitRequest commit;
    commit.view = &*view_;
    commit.decision = &decision_;
    commit.now = call_.now;
    if (keep && !idempotency_key_.empty()) {
      commit.idempotency.emplace();
      commit.idempotency->key = idempotency_key_;
      commit.idempotency->answer.set_request_digest(RequestDigest());
      commit.idempotency->answer.set_response(decision_.response()->SerializeAsString());
      commit.idempotency->answer.set_handed_over(decision_.handed_over());
    }
    method_.store->Commit(scope_, std::move(commit), [self = shared_from_this()](absl::Status s) { self->Committed(std::move(s)); });
  }

  void Committed(absl::Status status) {
    if (status.ok()) return decision_.refusal().ok() ? Answer() : Refuse(decision_.refusal());
    if (status.code() == absl::StatusCode::kAborted) {
      // Either something that was read has changed, or this very request has been answered before.
      return UnlessKept([](Run* run) { run->AgainAfterConflict(); });
    }
    UnlessKept([s = std::move(status)](Run* run) { run->Refuse(s); });
  }

  void AgainAfterConflict() {
    if (++conflicts_ > kMaxConflicts) {
      return Refuse(Refusal(absl::StatusCode::kAborted, "CONFLICT", "others are changing the same thing right now: try again"));
    }
    tools_.telemetry->Count("conflicts");
    FromEmptyView();
  }

  // --- idempotency: looked up only when something is in the way, so that the common call costs no extra round trip ---

  void UnlessKept(std::function<void(Run*)> otherwise) {
    if (idempotency_key_.empty()) return otherwise(this);
    method_.store->Idempotent(scope_, idempotency_key_,
                              [self = shared_from_this(), otherwise = std::move(otherwise)](absl::StatusOr<std::optional<stored::IdempotentAnswer>> kept) {
                                if (!kept.ok()) return self->Refuse(kept.status());
                                if (!kept->has_value()) return otherwise(self.get());
                                self->AnswerKept(**kept);
                              });
  }

  void AnswerKept(const stored::IdempotentAnswer& kept) {
    if (kept.request_digest() != RequestDigest()) {
      return Refuse(Refusal(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED", "this request_id was used for another request: take a new one"));
    }
    if (!method_.finish) return incoming_.reply(absl::OkStatus(), kept.response());
    std::shared_ptr<Message> response(google::protobuf::MessageFactory::generated_factory()->GetPrototype(method_.method->output_type())->New());
    if (!response->ParseFromString(kept.response())) return Refuse(absl::DataLossError("kept answer"));
    Finish(kept.handed_over(), std::move(response));
  }

  std::string RequestDigest() {
    const auto* reflection = request_->GetReflection();
    std::string id = Text(method_.request_id);
    reflection->ClearField(request_.get(), method_.request_id);
    std::string digest = crypto::Sha256(request_->SerializeAsString());
    reflection->SetString(request_.get(), method_.request_id, std::move(id));
    return digest;
  }

  // --- pages ---

  absl::Status OpenPageToken() {
    if (method_.page_token == nullptr) return absl::OkStatus();
    query_digest_ = QueryDigest(call_.method, call_.agency.value(), call_.OwnLogin() ? call_.citizen_identifier : call_.person.value(), *request_);
    const std::string token = Text(method_.page_token);
    if (token.empty()) return absl::OkStatus();
    auto cursor = OpenPage(*tools_.page_key, token, query_digest_);
    if (!cursor.ok()) return Invalid({{"page_token", "want a next_page_token of the same query by the same person", "PAGE_TOKEN_INVALID"}});
    request_->GetReflection()->SetString(request_.get(), method_.page_token, *std::move(cursor));
    return absl::OkStatus();
  }

  void SealPageToken(Message* response) const {
    if (method_.next_page_token == nullptr || query_digest_.empty()) return;
    const auto* reflection = response->GetReflection();
    const std::string cursor = reflection->GetString(*response, method_.next_page_token);
    if (!cursor.empty()) reflection->SetString(response, method_.next_page_token, SealPage(*tools_.page_key, cursor, query_digest_));
  }

  // --- reading log ---

  // Whoever reads about a person leaves a trace before the answer leaves. The citizen reads their own without. So does who has a ticket: that
  // it was given, and to whom, stands in the ledger, and lines of one moment in several agencies would join what they keep.
  bool OwnReading() const { return call_.OwnLogin() || RightOf(method_.method->input_type()) != rights::v1::RIGHT_UNSPECIFIED; }
  void NoteReads() {
    std::set<std::string> owners;
    if (method_.store != nullptr && !OwnReading()) {
      for (const auto& [key, value] : view_->loaded()) {
        if (key.what != ReadKey::What::kRecord || value.record == nullptr) continue;
        const EntityType* type = method_.module->entities->ByKind(key.kind);
        if (type == nullptr || !type->owner) continue;
        if (std::string owner = type->owner(key.id, *value.record); !owner.empty()) owners.insert(std::move(owner));
      }
    }
    if (owners.empty()) return Answer();
    method_.store->NoteReads(scope_, call_.person.value(), {owners.begin(), owners.end()}, call_.method, call_.now,
                             [self = shared_from_this()](absl::Status s) { s.ok() ? self->Answer() : self->Refuse(StoreDown()); });
  }

  // --- answers ---

  void Answer() {
    // The Decision made the response, and nobody else holds it: it may be completed in place.
    std::shared_ptr<Message> response(shared_from_this(), const_cast<Message*>(decision_.response()));
    if (!method_.finish) return Reply(response.get());
    Finish(decision_.handed_over(), std::move(response));
  }

  void Finish(const std::string& handed_over, std::shared_ptr<Message> response) {
    method_.finish(*request_, handed_over, response, [self = shared_from_this(), response](absl::Status s) {
      if (!s.ok()) return self->Refuse(s);
      self->Reply(response.get());
    });
  }

  void Reply(Message* response) {
    SealPageToken(response);
    incoming_.reply(absl::OkStatus(), response->SerializeAsString());
  }

  void Refuse(const absl::Status& status) {
    if (IsOurs(status)) {
      tools_.telemetry->Log("ERROR", "internal", {{"method", call_.method}, {"trace_id", incoming_.trace.trace_id}, {"detail", status.message()}});
    }
    incoming_.reply(status, "");
  }
  static bool IsOurs(const absl::Status& s) { return s.code() == absl::StatusCode::kInternal || s.code() == absl::StatusCode::kDataLoss; }

  const DecidedMethod& method_;
  const RunTools& tools_;
  Incoming incoming_;
  const Call call_;
  const std::unique_ptr<Message> request_;
  Store::Scope scope_;
  std::string idempotency_key_, query_digest_;
  std::optional<View> view_;
  Decision decision_;
  int rounds_ = 0, conflicts_ = 0;
};

}  // namespace

void RunDecided(const DecidedMethod* method, const RunTools* tools, Incoming incoming, Call call, std::unique_ptr<Message> request) {
  std::make_shared<Run>(method, tools, std::move(incoming), std::move(call), std::move(request))->Start();
}

}  // namespace brobygger
