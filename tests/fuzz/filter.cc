// The byte filter against its oracle: whatever it accepts, a parser accepts, and both leave the same.
#include <memory>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "services/runtime/filter.h"
#include "tests/fuzz/contracts.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  static const auto* const files = new std::vector<const google::protobuf::Message*>(fuzz::Files());
  fuzz::Input input(data, size);
  const google::protobuf::Message* prototype = (*files)[input.Byte() % files->size()];
  const auto purpose = static_cast<type::v1::Purpose>(input.Byte() % 10);
  const CategoryMask mask = input.Byte() | input.Byte() << 8;
  const bool limited = input.Byte() % 2 != 0;
  const std::string wire(input.Rest());
  const auto left = Filter::For(prototype->GetDescriptor(), purpose, mask, limited).Apply(wire);
  if (!left.ok()) return 0;
  const std::unique_ptr<google::protobuf::Message> oracle(prototype->New()), filtered(prototype->New());
  FUZZ_CHECK(oracle->ParseFromString(wire));
  FUZZ_CHECK(FilterByReflection(oracle.get(), purpose, mask, limited).ok());
  FUZZ_CHECK(filtered->ParseFromString(*left));
  FUZZ_CHECK(google::protobuf::util::MessageDifferencer::Equals(*oracle, *filtered));
  // What is left is left as it is.
  const auto again = Filter::For(prototype->GetDescriptor(), purpose, mask, limited).Apply(*left);
  FUZZ_CHECK(again.ok() && *again == *left);
  return 0;
}
