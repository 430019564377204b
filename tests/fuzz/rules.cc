// What a call does with the bytes that arrived: parsed as the request of any method, then checked against the contract's rules. What they let
// pass is still let pass once it has been written and read again, and holds no field that this version does not know.
#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/runtime/rules.h"
#include "tests/fuzz/contracts.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  static const auto* const requests = new std::vector<const google::protobuf::Message*>(fuzz::Requests());
  fuzz::Input input(data, size);
  const std::uint32_t which = input.Byte() | input.Byte() << 8;
  const std::unique_ptr<google::protobuf::Message> request((*requests)[which % requests->size()]->New());
  const absl::string_view bytes = input.Rest();
  if (!request->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return 0;
  const std::vector<Violation> found = CheckRules(*request);
  FUZZ_CHECK(found.size() <= static_cast<std::size_t>(kMaxViolations));
  FUZZ_CHECK(CheckRules(*request).size() == found.size());
  if (!found.empty()) return 0;
  FUZZ_CHECK(request->GetReflection()->GetUnknownFields(*request).empty());
  const std::unique_ptr<google::protobuf::Message> again(request->New());
  FUZZ_CHECK(again->ParseFromString(request->SerializeAsString()));
  FUZZ_CHECK(CheckRules(*again).empty());
  return 0;
}
