#include "gateway/contracts.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "gateway/json_scan.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "services/runtime/status.h"

namespace brobygger::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kUrlPrefix[] = "type.googleapis.com";

std::string Url(const pb::Descriptor* type) { return absl::StrCat(kUrlPrefix, "/", type->full_name()); }

// A field path as the parser reports it, "" if it holds anything but names and indexes (then it may hold content).
std::string CleanPath(absl::string_view path) {
  if (path.size() > 200) return "";
  for (char c : path) {
    if (!absl::ascii_isalnum(c) && absl::string_view("._[]").find(c) == absl::string_view::npos) return "";
  }
  return std::string(path);
}

// "(card.phone): invalid value …", "(card) phone: Cannot find field.", "phone: Cannot find field.", ": invalid value Starting an
// object on a scalar field for type phone". The text quotes what was sent, so only names are taken over.
absl::Status DoesNotFit(absl::string_view text) {
  std::string path;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "(")) {
    const size_t close = rest.find(')');
    path = CleanPath(rest.substr(0, close));
    rest = close == absl::string_view::npos ? "" : rest.substr(close + 1);
  }
  const size_t scalar = rest.rfind(" on a scalar field for type ");
  std::string name = CleanPath(absl::StripAsciiWhitespace(rest.substr(0, rest.find(':'))));
  if (scalar != absl::string_view::npos) name = CleanPath(rest.substr(rest.rfind(' ') + 1));
  const std::string field = absl::StrCat(path, path.empty() || name.empty() ? "" : ".", name);
  if (absl::StrContains(text, ": Cannot find field.")) return Invalid({{field, "there is no such field", "UNKNOWN_FIELD"}});
  return Invalid({{field, "the value does not fit the field's type", "WRONG_TYPE"}});
}

}  // namespace

Contracts::Contracts() = default;
Contracts::~Contracts() = default;

absl::StatusOr<std::unique_ptr<Contracts>> Contracts::Load(const std::string& descriptor_set_file) {
  std::ifstream in(descriptor_set_file, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(descriptor_set_file, ": cannot be read"));
  pb::FileDescriptorSet set;
  if (!set.ParseFromIstream(&in)) return absl::InvalidArgumentError(absl::StrCat(descriptor_set_file, ": no descriptor set"));

  auto out = std::unique_ptr<Contracts>(new Contracts());
  out->pool_ = std::make_unique<pb::DescriptorPool>();
  for (pb::FileDescriptorProto& file : *set.mutable_file()) {
    file.clear_source_code_info();
    const pb::FileDescriptor* built = out->pool_->BuildFile(file);
    if (built == nullptr) return absl::InvalidArgumentError(absl::StrCat(descriptor_set_file, ": ", file.name(), " does not build"));
    for (int s = 0; s < built->service_count(); ++s) {
      const pb::ServiceDescriptor* service = built->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        const pb::MethodDescriptor* method = service->method(m);
        const policy::v1::AccessClass access = method->options().GetExtension(policy::v1::method).access();
        const bool open = access == policy::v1::ACCESS_CLASS_OWN || access == policy::v1::ACCESS_CLASS_DOOR ||
                          access == policy::v1::ACCESS_CLASS_CITIZEN || access == policy::v1::ACCESS_CLASS_PUBLIC;
        if (!open || method->client_streaming() || method->server_streaming()) continue;
        ContractMethod entry{absl::StrCat("/", service->full_name(), "/", method->name()), method->full_name(), built->package(),
                             Url(method->input_type()), Url(method->output_type())};
        const pb::FieldDescriptor* second = method->input_type()->FindFieldByName("second_token");
        if (second != nullptr && second->type() == pb::FieldDescriptor::TYPE_STRING && !second->is_repeated()) {
          entry.second_token_field = second->number();
        }
        out->packages_.insert(entry.package);
        out->methods_.emplace(entry.path, std::move(entry));
      }
    }
  }
  out->resolver_.reset(pb::util::NewTypeResolverForDescriptorPool(kUrlPrefix, out->pool_.get()));
  return out;
}

const ContractMethod* Contracts::Find(absl::string_view path) const {
  auto it = methods_.find(path);
  return it == methods_.end() ? nullptr : &it->second;
}

absl::StatusOr<std::string> Contracts::ToWire(const ContractMethod& method, absl::string_view json) const {
  BB_RETURN_IF_ERROR(ScanJson(json));
  std::string wire;
  pb::util::JsonParseOptions options;  // unknown fields are refused
  const auto status = pb::util::JsonToBinaryString(resolver_.get(), method.input_url, {json.data(), json.size()}, &wire, options);
  if (!status.ok()) return DoesNotFit({status.message().data(), status.message().size()});
  return wire;
}

absl::StatusOr<std::string> Contracts::ToJson(const ContractMethod& method, absl::string_view wire) const {
  std::string json;
  const auto status = pb::util::BinaryToJsonString(resolver_.get(), method.output_url, std::string(wire), &json);
  if (!status.ok()) return Refusal(absl::StatusCode::kInternal, "INTERNAL", "something went wrong on our side");
  return json;
}

std::string Contracts::DetailJson(const pb::Any& detail) const {
  std::string json;
  if (!pb::util::BinaryToJsonString(resolver_.get(), detail.type_url(), detail.value(), &json).ok()) return "";
  return json;
}

}  // namespace brobygger::gateway
