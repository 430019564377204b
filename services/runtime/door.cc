#include "services/runtime/door.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "services/runtime/authorize_client.h"
#include "services/runtime/filter.h"
#include "services/runtime/policy.h"
#include "services/runtime/status.h"
#include "services/runtime/witness.h"

namespace brobygger {
namespace {

using google::protobuf::FieldDescriptor;

// The fields of a GetCitizenFileRequest; the contract check sees to it that every door has the same ones.
struct Shape {
  const FieldDescriptor *citizen, *holder, *purpose, *categories;
  const google::protobuf::Descriptor* file;
};

Shape ShapeOf(const google::protobuf::MethodDescriptor* method) {
  const auto* in = method->input_type();
  return {in->FindFieldByName("citizen"), in->FindFieldByName("holder"), in->FindFieldByName("purpose"),
          in->FindFieldByName("categories"), method->output_type()->FindFieldByName("file")->message_type()};
}

absl::Status RefusalOf(consent::v1::Decision decision) {
  switch (decision) {
    case consent::v1::DECISION_PURPOSE_NOT_ALLOWED:
      return Refusal(absl::StatusCode::kPermissionDenied, "PURPOSE_NOT_ALLOWED", "your role does not look under this purpose");
    case consent::v1::DECISION_CATEGORY_NOT_RELEVANT:
      return Refusal(absl::StatusCode::kInvalidArgument, "CATEGORY_NOT_RELEVANT",
                     "the purpose does not fit this kind of information: no consent can allow it");
    case consent::v1::DECISION_UNAUTHENTICATED:
      return Refusal(absl::StatusCode::kUnauthenticated, "TOKEN_INVALID", "the token is not valid");
    case consent::v1::DECISION_INVALID:
      return Invalid({{"holder", "want another agency of the directory, and categories of a person", "OUT_OF_RANGE"}});
    case consent::v1::DECISION_PEER_NOT_ALLOWED:
      return Invalid({{"holder", "want an agency whose files are behind this door", "OUT_OF_RANGE"}});
    case consent::v1::DECISION_TOO_MANY:
      return Refusal(absl::StatusCode::kResourceExhausted, "RATE_LIMITED", "too many looks in one hour: wait a little");
    case consent::v1::DECISION_NO_ROOM:
      return Refusal(absl::StatusCode::kUnavailable, "STORE_FULL", "nothing can be looked at right now, since it could not be written down");
    default:
      return ConsentRequired();
  }
}

// GetCitizenFileResponse on the wire: file = 1, granted_categories = 2 (packed).
std::string Response(const std::string& file, const google::protobuf::RepeatedField<int>& granted) {
  std::string out;
  {
    google::protobuf::io::StringOutputStream stream(&out);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.WriteTag(0x0a);
    coded.WriteVarint32(static_cast<uint32_t>(file.size()));
    coded.WriteString(file);
    coded.WriteTag(0x12);
    coded.WriteVarint32(static_cast<uint32_t>(granted.size()));  // categories are below 128: one byte each
    for (int c : granted) coded.WriteVarint32(static_cast<uint32_t>(c));
  }
  return out;
}

class Door {
 public:
  Door(std::shared_ptr<AuthorizeClient> client, const Witness* witness) : client_(std::move(client)), witness_(witness) {}

  void Look(DoorCall call) const {
    if (witness_ != nullptr) {
      if (absl::Status s = witness_->MayLook(); !s.ok()) return call.incoming.reply(s, "");
    }
    const Shape shape = ShapeOf(call.incoming.method);
    const Message& request = *call.request;
    const auto* reflection = request.GetReflection();
    auto look = std::make_shared<DoorCall>(std::move(call));
    consent::v1::Question q;
    q.set_token(look->incoming.token);
    q.set_citizen(reflection->GetString(request, shape.citizen));
    q.set_holder(reflection->GetString(request, shape.holder));
    q.set_purpose(static_cast<type::v1::Purpose>(reflection->GetEnumValue(request, shape.purpose)));
    for (int i = 0; i < reflection->FieldSize(request, shape.categories); ++i) {
      q.add_categories(static_cast<type::v1::DataCategory>(reflection->GetRepeatedEnumValue(request, shape.categories, i)));
    }
    q.set_door(look->incoming.method->service()->full_name());
    q.set_on_behalf_of(look->incoming.on_behalf_of);
    const std::string holder = q.holder();
    const type::v1::Purpose purpose = q.purpose();
    client_->Ask(std::move(q), look->incoming.deadline,
                     [look, holder, purpose, file = shape.file](absl::StatusOr<consent::v1::Answer> answer) {
                       if (!answer.ok()) return look->incoming.reply(answer.status(), "");
                       if (answer->decision() != consent::v1::DECISION_PERMITTED) {
                         return look->incoming.reply(RefusalOf(answer->decision()), "");
                       }
                       Show(look, holder, purpose, file, *std::move(answer));
                     });
  }

 private:
  static void Show(const std::shared_ptr<DoorCall>& look, const std::string& holder, type::v1::Purpose purpose,
                   const google::protobuf::Descriptor* file, consent::v1::Answer answer) {
    const auto agency = AgencyId::Parse(holder);
    const auto citizen = CitizenRef::Parse(answer.holder_citizen());
    if (!agency.ok() || !citizen.ok()) return look->incoming.reply(ConsentServiceDown(), "");
    CategoryMask mask = 0;
    for (int c : answer.granted()) mask |= Bit(static_cast<type::v1::DataCategory>(c));
    const Filter filter = Filter::For(file, purpose, mask, answer.limited());
    look->store->ReadFile(Store::Scope{std::string(SlugOf(*agency))}, look->module->file_kind, citizen->value().substr(sizeof("citizens/") - 1),
                          [look, filter, answer = std::move(answer)](absl::StatusOr<std::string> bytes) {
                            if (!bytes.ok()) return look->incoming.reply(bytes.status(), "");
                            absl::StatusOr<std::string> shown = filter.Apply(*bytes);
                            if (!shown.ok()) return look->incoming.reply(absl::InternalError("stored file"), "");
                            look->incoming.reply(absl::OkStatus(), Response(*shown, answer.granted()));
                          });
  }

  std::shared_ptr<AuthorizeClient> client_;
  const Witness* const witness_;  // null: this service is none. Ends when serving has ended, before what it asks through
};

// What it remembers lies in the store whose files it shows.
absl::StatusOr<std::shared_ptr<Witness>> WitnessOf(Runtime& runtime, const std::string& prefix) {
  if (runtime.config().ledger_public_key().empty()) return nullptr;
  BB_ASSIGN_OR_RETURN(ledger::HeadKey key, ledger::HeadKey::FromPemFile(runtime.config().ledger_public_key()));
  return Witness::Start(runtime.records(), absl::StrCat(prefix, ":{witness}:head"), std::move(key), Witness::Over(runtime.consent()),
                        runtime.Alarm(), Witness::Options());
}

}  // namespace

absl::Status AttachDoor(Runtime& runtime) {
  std::string prefix;
  for (const Module& module : runtime.spec().modules) {
    if (!module.file_kind.empty()) prefix = module.prefix;
  }
  if (prefix.empty()) return absl::OkStatus();
  if (runtime.consent() == nullptr) return absl::FailedPreconditionError("consent: is required by a service with a door");
  BB_ASSIGN_OR_RETURN(const std::shared_ptr<Witness> witness, WitnessOf(runtime, prefix));
  runtime.Keep(witness);
  auto door = std::make_shared<Door>(AuthorizeClient::Create(runtime.consent(), &runtime.telemetry()), witness.get());
  runtime.Keep(door);
  runtime.dispatcher().SetDoor([door](DoorCall call) { door->Look(std::move(call)); });
  return absl::OkStatus();
}

}  // namespace brobygger
