#include "services/runtime/dispatch.h"

#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/access.h"
#include "services/runtime/decide_run.h"
#include "services/runtime/policy.h"
#include "services/runtime/presence.h"
#include "services/runtime/rules.h"
#include "services/runtime/slow_pool.h"
#include "services/runtime/ticket.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// The field of this name if it has the type; requests without it simply do without what it brings.
const FieldDescriptor* StringField(const google::protobuf::Descriptor* type, const char* name) {
  const FieldDescriptor* field = type->FindFieldByName(name);
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated() ? field : nullptr;
}
const FieldDescriptor* PresenceField(const google::protobuf::Descriptor* type) {
  const FieldDescriptor* field = type->FindFieldByName("presence");
  return field != nullptr && field->message_type() == type::v1::Presence::descriptor() && !field->is_repeated() ? field : nullptr;
}

// All that is known about a method before a call comes.
struct Entry {
  DecidedMethod decided;  // method, module, store; handler is null unless it is decided
  MethodAccess access;
  policy::v1::PresenceNeed need = policy::v1::PRESENCE_NEED_UNSPECIFIED;
  const Message* prototype = nullptr;
  const FieldDescriptor *citizen = nullptr, *presence = nullptr;
  rights::v1::Right right = rights::v1::RIGHT_UNSPECIFIED;  // done by a ticket for this
  const FieldDescriptor* ticket = nullptr;                  // exactly then
  Dispatcher::Before before;
  RawMethod raw;
  RawStream stream;
};

class Road : public Dispatcher {
 public:
  explicit Road(Wiring wiring)
      : wiring_(std::move(wiring)),
        page_key_(crypto::Derive(*wiring_.service_key, "brobygger page tokens 1")),
        slow_(wiring_.slow_threads > 0 ? wiring_.slow_threads : 2),
        tools_{&slow_, &page_key_, wiring_.telemetry} {
    for (const AgencyId& agency : wiring_.directory->AgenciesServedBy(wiring_.service)) served_.insert(agency.value());
  }

  // --- before serving ---

  void AddModule(const Module& module, Store* store) override {
    for (int i = 0; i < module.service->method_count(); ++i) {
      const MethodDescriptor* method = module.service->method(i);
      const policy::v1::MethodPolicy& policy = PolicyOf(method);
      Entry& e = entries_[method];
      e.access = AccessOf(method);
      e.need = policy.presence();
      e.prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type());
      e.citizen = StringField(method->input_type(), "citizen");
      e.presence = PresenceField(method->input_type());
      e.right = RightOf(method->input_type());
      if (e.right != rights::v1::RIGHT_UNSPECIFIED) e.ticket = method->input_type()->FindFieldByName("ticket");
      e.decided.method = method;
      e.decided.module = &module;
      e.decided.store = store;
      e.decided.read_only = policy.read_only();
      e.decided.slow = policy.slow();
      e.decided.request_id = StringField(method->input_type(), "request_id");
      e.decided.page_token = StringField(method->input_type(), "page_token");
      e.decided.next_page_token = StringField(method->output_type(), "next_page_token");
      if (auto it = module.handlers.find(method->name()); it != module.handlers.end()) e.decided.handler = &it->second;
    }
    modules_.push_back(&module);
  }
  void SetDoor(DoorMethod door) override { door_ = std::move(door); }
  void SetBefore(const MethodDescriptor* method, Before before) override { entries_[method].before = std::move(before); }
  void SetFinish(const MethodDescriptor* method, Finish finish) override { entries_[method].decided.finish = std::move(finish); }
  void SetRaw(const MethodDescriptor* method, RawMethod raw) override { entries_[method].raw = std::move(raw); }
  void SetStream(const MethodDescriptor* method, RawStream stream) override { entries_[method].stream = std::move(stream); }
  absl::Status CheckComplete() const override;

  // --- serving ---

  void Handle(Incoming incoming) override;
  StreamEars Open(IncomingStream stream) override;

 private:
  absl::StatusOr<Caller> CallerOf(const Entry& e, const Incoming& in, absl::Time now) const;
  void AtDoor(const Entry& e, Incoming in, Caller caller) const;
  absl::StatusOr<std::unique_ptr<Message>> RequestOf(const Entry& e, const Incoming& in) const;
  absl::Status CheckCitizen(const Entry& e, const Message& request, const Caller& caller) const;
  absl::Status CheckPresenceOf(const Entry& e, const Message& request, const Caller& caller, Call* call) const;
  absl::Status EnterByTicket(const Entry& e, const Message& request, Call* call) const;

  const Wiring wiring_;
  const crypto::Key page_key_;
  SlowPool slow_;
  const RunTools tools_;
  std::set<std::string> served_;
  std::vector<const Module*> modules_;
  absl::flat_hash_map<const MethodDescriptor*, Entry> entries_;  // fixed once serving
  DoorMethod door_;
};

absl::Status Road::CheckComplete() const {
  const auto incomplete = [](const std::string& what) { return absl::FailedPreconditionError(what); };
  for (const Module* module : modules_) {
    for (const auto& [name, handler] : module->handlers) {
      if (module->service->FindMethodByName(name) == nullptr) return incomplete(absl::StrCat(module->service->full_name(), " has no method ", name));
    }
  }
  for (const auto& [method, e] : entries_) {
    const bool streams = method->client_streaming() || method->server_streaming();
    bool served = false;
    switch (e.access.access) {
      case policy::v1::ACCESS_CLASS_PEER: served = streams ? static_cast<bool>(e.stream) : static_cast<bool>(e.raw); break;
      case policy::v1::ACCESS_CLASS_DOOR: served = !streams && static_cast<bool>(door_) && e.access.roles != 0; break;
      case policy::v1::ACCESS_CLASS_OWN:
      case policy::v1::ACCESS_CLASS_CITIZEN: served = !streams && e.decided.handler != nullptr && e.access.roles != 0; break;
      case policy::v1::ACCESS_CLASS_PUBLIC: served = !streams && e.decided.handler != nullptr; break;
      default: return incomplete(absl::StrCat(method->full_name(), " has no access class"));
    }
    if (!served) return incomplete(absl::StrCat(method->full_name(), " is served by nobody"));
    if (e.need != policy::v1::PRESENCE_NEED_UNSPECIFIED && e.presence == nullptr) {
      return incomplete(absl::StrCat(method->full_name(), " needs a presence and has no field for it"));
    }
    const bool keeps = e.decided.module != nullptr && e.decided.module->scope != Module::Scope::kNone;
    if (keeps && e.decided.handler != nullptr && e.decided.store == nullptr) return incomplete(absl::StrCat(method->full_name(), " has no store"));
  }
  return absl::OkStatus();
}

// Who calls, admitted to the method; at a door, the role is still to be looked at. Nothing of the request has been looked at.
absl::StatusOr<Caller> Road::CallerOf(const Entry& e, const Incoming& in, absl::Time now) const {
  Caller caller;
  // Only what holds no personal data may be asked without a token.
  if (e.access.access != policy::v1::ACCESS_CLASS_PUBLIC || !in.token.empty()) {
    BB_ASSIGN_OR_RETURN(caller, wiring_.tokens->Verify(in.token, now));
  }
  BB_RETURN_IF_ERROR(AdmitOnRoad(e.access, {in.peer, in.on_behalf_of}, *wiring_.directory, &caller));
  // Own records exist for the agencies served here; whose door it is says the holder, not the caller.
  if (e.access.access == policy::v1::ACCESS_CLASS_DOOR) return caller;
  BB_RETURN_IF_ERROR(AdmitRole(e.access, caller));
  if (e.ticket != nullptr) return caller;  // nor here: the ticket does
  if (e.decided.module->scope == Module::Scope::kOwnAgency && served_.count(caller.agency.value()) == 0) {
    return Refusal(absl::StatusCode::kPermissionDenied, "AGENCY_NOT_SERVED", "this service keeps no records of your agency");
  }
  return caller;
}

absl::StatusOr<std::unique_ptr<Message>> Road::RequestOf(const Entry& e, const Incoming& in) const {
  std::unique_ptr<Message> request(e.prototype->New());
  if (!request->ParseFromString(in.body)) {
    return Refusal(absl::StatusCode::kInvalidArgument, "MALFORMED", "the request cannot be read as the message of this method");
  }
  if (std::vector<Violation> violations = CheckRules(*request); !violations.empty()) return Invalid(std::move(violations));
  return request;
}

// Across agencies it is either the citizen's own login, which names nobody else, or a person who names the citizen.
absl::Status Road::CheckCitizen(const Entry& e, const Message& request, const Caller& caller) const {
  if (e.access.access != policy::v1::ACCESS_CLASS_CITIZEN) return absl::OkStatus();
  const auto* reflection = request.GetReflection();
  const bool names = e.citizen != nullptr && !reflection->GetString(request, e.citizen).empty();
  if (caller.IsCitizen()) {
    if (names) return Invalid({{"citizen", "want empty under the citizen's own login", "OUT_OF_RANGE"}});
    if (e.presence != nullptr && reflection->HasField(request, e.presence)) {
      return Invalid({{"presence", "want empty under the citizen's own login", "OUT_OF_RANGE"}});
    }
  } else if (e.citizen != nullptr && !names) {
    return Invalid({{"citizen", "required", "FIELD_REQUIRED"}});
  }
  return absl::OkStatus();
}

absl::Status Road::CheckPresenceOf(const Entry& e, const Message& request, const Caller& caller, Call* call) const {
  if (e.presence == nullptr || caller.IsCitizen()) return absl::OkStatus();
  const auto* reflection = request.GetReflection();
  const bool has = reflection->HasField(request, e.presence);
  policy::v1::PresenceNeed need = e.need;
  // What spans agencies is never done without the citizen; how strong a word it takes is the method's own rule.
  if (need == policy::v1::PRESENCE_NEED_UNSPECIFIED && e.access.access == policy::v1::ACCESS_CLASS_CITIZEN) need = policy::v1::PRESENCE_NEED_STATED;
  if (!has && need == policy::v1::PRESENCE_NEED_UNSPECIFIED) return absl::OkStatus();
  const auto& presence = static_cast<const type::v1::Presence&>(reflection->GetMessage(request, e.presence));
  if (!presence.has_signed_() && caller.IsSystem()) return PresenceRequired();  // a system has seen nobody
  const std::string citizen = e.citizen == nullptr ? "" : reflection->GetString(request, e.citizen);
  BB_ASSIGN_OR_RETURN(call->presence, CheckPresence(presence, need, caller.agency, citizen, caller.person, call->now, wiring_.statements));
  call->presence_signed = presence.has_signed_();
  return absl::OkStatus();
}

// By a ticket the call is the citizen's in the agency that keeps the records, whoever carried it there: its decision and its kept
// answer know the agency's own reference and nothing that another agency's store could hold, too.
absl::Status Road::EnterByTicket(const Entry& e, const Message& request, Call* call) const {
  const auto& carried = static_cast<const type::v1::SignedStatement&>(request.GetReflection()->GetMessage(request, e.ticket));
  BB_ASSIGN_OR_RETURN(const rights::v1::Ticket ticket, CheckTicket(carried, e.right, call->person, call->now, wiring_.statements));
  if (served_.count(ticket.agency()) == 0) return TicketRefused();
  type::v1::PresenceStatement word;
  word.set_agency(ticket.agency());
  word.set_citizen(ticket.citizen());
  word.set_word(ticket.word());
  *word.mutable_time() = ticket.time();
  word.set_nonce(ticket.nonce());
  call->agency = *AgencyId::Parse(ticket.agency());
  call->person = *PersonId::Parse(kTicketReader);
  call->roles.clear();
  call->citizen_identifier.clear();
  call->presence = std::move(word);
  call->presence_signed = true;
  return absl::OkStatus();
}

// A role that no look is for is refused here, but the gate is asked all the same: it refuses, too, and writes that somebody
// asked. Whatever it answers, the caller reads what every method answers to a role that is not listed; unless the entry
// could not be written: then the caller reads that.
void Road::AtDoor(const Entry& e, Incoming in, Caller caller) const {
  const absl::Status role = AdmitRole(e.access, caller);
  if (!role.ok() && !RefusedByTheGateToo(caller)) return in.reply(role, "");
  absl::StatusOr<std::unique_ptr<Message>> request = RequestOf(e, in);
  if (!request.ok()) return in.reply(role.ok() ? request.status() : role, "");
  if (!role.ok()) {
    in.reply = [reply = std::move(in.reply), role](absl::Status answer, std::string) {
      const bool unwritten = absl::IsUnavailable(answer) || absl::IsDeadlineExceeded(answer) || absl::IsInternal(answer);
      reply(unwritten ? answer : role, "");
    };
  }
  door_({std::move(in), std::move(caller), std::shared_ptr<const Message>(*std::move(request)), e.decided.module, e.decided.store});
}

void Road::Handle(Incoming in) {
  auto it = entries_.find(in.method);
  if (it == entries_.end()) return in.reply(absl::UnimplementedError("no such method"), "");
  const Entry& e = it->second;
  if (e.access.access == policy::v1::ACCESS_CLASS_PEER) return e.raw(std::move(in));

  const absl::Time now = wiring_.clock();
  absl::StatusOr<Caller> caller = CallerOf(e, in, now);
  if (!caller.ok()) return in.reply(caller.status(), "");
  if (e.access.access == policy::v1::ACCESS_CLASS_DOOR) return AtDoor(e, std::move(in), *std::move(caller));
  absl::StatusOr<std::unique_ptr<Message>> request = RequestOf(e, in);
  if (!request.ok()) return in.reply(request.status(), "");

  Call call;
  call.now = now;
  if (absl::Status s = CheckCitizen(e, **request, *caller); !s.ok()) return in.reply(s, "");
  if (absl::Status s = CheckPresenceOf(e, **request, *caller, &call); !s.ok()) return in.reply(s, "");
  call.method = in.method->full_name();
  call.agency = std::move(caller->agency);
  call.person = std::move(caller->person);
  call.roles = std::move(caller->roles);
  call.citizen_identifier = std::move(caller->citizen_identifier);
  if (e.ticket != nullptr) {
    if (absl::Status s = EnterByTicket(e, **request, &call); !s.ok()) return in.reply(s, "");
  }
  call.seed = crypto::Random(32);
  if (!e.before) return RunDecided(&e.decided, &tools_, std::move(in), std::move(call), *std::move(request));
  struct Waiting {
    Incoming in;
    Call call;
    std::unique_ptr<Message> request;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(in), std::move(call), *std::move(request)});
  e.before(waiting->call, waiting->in, *waiting->request, [&e, tools = &tools_, waiting](absl::Status status) {
    if (!status.ok()) return waiting->in.reply(status, "");
    RunDecided(&e.decided, tools, std::move(waiting->in), std::move(waiting->call), std::move(waiting->request));
  });
}

StreamEars Road::Open(IncomingStream stream) {
  auto it = entries_.find(stream.method);
  if (it == entries_.end() || !it->second.stream) {
    stream.stream->Finish(absl::UnimplementedError("no such method"));
    return {};
  }
  return it->second.stream(std::move(stream));
}

}  // namespace

std::unique_ptr<Dispatcher> Dispatcher::Create(Wiring wiring) { return std::make_unique<Road>(std::move(wiring)); }

}  // namespace brobygger
