// The verifier against a citizen's story, as JSON: whatever the file, one clear sentence; and a story whose entries differ from the right one's
// does not hold.
#include <sstream>

#include "google/protobuf/util/json_util.h"
#include "services/ledger/testing/ledger_maker.h"
#include "services/ledger/verify.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  using namespace brobygger::ledger;
  using Maker = ledger::testing::LedgerMaker;
  static const auto* const maker = [] {
    auto* made = new Maker;
    made->Happen(8);
    made->ReadStory(Maker::Subject(0));
    return made;
  }();
  static const std::string* const whole = new std::string(maker->Export());
  static const HeadKey* const key = new HeadKey(maker->key());
  static const auto* const right = new v1::GetCitizenAccessStoryResponse(maker->Story(Maker::Subject(0))[0]);
  static const std::string* const json = [] {
    auto* text = new std::string;
    if (!google::protobuf::util::MessageToJsonString(*right, text).ok()) std::abort();
    return text;
  }();
  fuzz::Input input(data, size);
  const std::uint32_t what = input.Byte() % 8;  // JSON is protobuf's to read, and takes ten times as long
  v1::GetCitizenAccessStoryResponse page;
  if (what >= 2) {
    const std::string wire = fuzz::Changed(right->SerializeAsString(), &input);
    if (!page.ParseFromString(wire)) return 0;
  } else {
    const std::string text = what == 0 ? fuzz::Changed(*json, &input) : std::string(input.Rest());
    if (!google::protobuf::util::JsonStringToMessage(text, &page).ok()) return 0;
  }
  std::istringstream file(*whole);
  const Finding found = CheckStory({page}, file, *key);
  FUZZ_CHECK(!found.da.empty() && !found.en.empty());
  for (const auto& entry : page.entries()) StoryLine(entry);
  if (!found.holds()) return 0;
  // The sentences are not checked; numbers, details, salts and subject are.
  FUZZ_CHECK(page.entries_size() == right->entries_size() && page.subject() == right->subject());
  for (int i = 0; i < page.entries_size(); ++i) {
    FUZZ_CHECK(page.entries(i).number() == right->entries(i).number());
    FUZZ_CHECK(Deterministic(page.entries(i).details()) == Deterministic(right->entries(i).details()));
  }
  return 0;
}
