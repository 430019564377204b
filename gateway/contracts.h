// What can be called, from the descriptor set: the unary methods of every service that are not service to service, and the
// way between their JSON and their wire form.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Any;
class DescriptorPool;
namespace util {
class TypeResolver;
}
}  // namespace google::protobuf

namespace brobygger::gateway {

struct ContractMethod {
  std::string path;       // "/brobygger.dropin.v1.DropinService/ListOffers"
  std::string full_name;  // "brobygger.dropin.v1.DropinService.ListOffers"
  std::string package;    // "brobygger.dropin.v1"
  std::string input_url, output_url;
  // Number of the request's string field `second_token`, 0 if it has none: the gateway fills it (see connect.h).
  int second_token_field = 0;
};

// Immutable after loading: any thread.
class Contracts {
 public:
  // NOT_FOUND or INVALID_ARGUMENT naming the file.
  static absl::StatusOr<std::unique_ptr<Contracts>> Load(const std::string& descriptor_set_file);
  ~Contracts();

  // Null for what is not in the set, streams, and methods whose access is PEER: nobody outside may know they are there.
  const ContractMethod* Find(absl::string_view path) const;
  const std::set<std::string>& packages() const { return packages_; }
  const std::map<std::string, ContractMethod, std::less<>>& methods() const { return methods_; }

  // INVALID_ARGUMENT: what ScanJson refuses (MALFORMED_JSON), or, naming the field, what does not fit the message (UNKNOWN_FIELD,
  // WRONG_TYPE). Never quotes a value.
  absl::StatusOr<std::string> ToWire(const ContractMethod& method, absl::string_view json) const;
  // lowerCamelCase; unknown fields are dropped. INTERNAL if it cannot be written.
  absl::StatusOr<std::string> ToJson(const ContractMethod& method, absl::string_view wire) const;
  // The JSON of an error detail, "" if its type is not in the set.
  std::string DetailJson(const google::protobuf::Any& detail) const;

 private:
  Contracts();
  std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;  // over pool_
  std::map<std::string, ContractMethod, std::less<>> methods_;      // by path
  std::set<std::string> packages_;
};

}  // namespace brobygger::gateway
