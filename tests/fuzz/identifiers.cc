// CPR numbers, references, agencies, people, phone numbers: whatever the text, and what has to follow from one another.
#include "services/runtime/ids.h"
#include "services/runtime/rules.h"
#include "services/runtime/text.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  fuzz::Input input(data, size);
  const bool multiline = input.Byte() % 2 != 0;
  const absl::string_view text = input.Rest();
  const TextScan scan = ScanText(text, multiline);
  FUZZ_CHECK(!scan.utf8 || scan.length <= text.size());
  const bool ordinary = IsCpr(text, Cpr::kOrdinary), any = IsCpr(text, Cpr::kOrReplacement);
  FUZZ_CHECK(!ordinary || any);
  FUZZ_CHECK(!ordinary || HoldsCpr(text));
  FUZZ_CHECK(!any || (text.size() == 10 || text.size() == 11));
  FUZZ_CHECK(!PassesModulus11(text) || text.size() == 10 || (text.size() == 11 && text[6] == '-'));
  if (scan.utf8) {
    // A number stands out wherever it stands in a text.
    if (ordinary) FUZZ_CHECK(HoldsCpr("cpr: " + std::string(text) + ", tak"));
    std::size_t at = 0;
    while (at < text.size()) NextCharacter(text, at);
    FUZZ_CHECK(at == text.size());
  }
  FUZZ_CHECK(!IsPhone(text) || text[0] == '+');
  FUZZ_CHECK(!IsRequestId(text) || (text.size() >= 8 && text.size() <= 64));
  for (const auto& [ok, value] : {std::pair(AgencyId::Parse(text).ok(), AgencyId::Parse(text).ok() ? AgencyId::Parse(text)->value() : ""),
                                  std::pair(CitizenRef::Parse(text).ok(), CitizenRef::Parse(text).ok() ? CitizenRef::Parse(text)->value() : "")}) {
    FUZZ_CHECK(!ok || value == text);
  }
  FUZZ_CHECK(!CitizenRef::Parse(text).ok() || IsId(text.substr(9)));
  FUZZ_CHECK(!PersonId::Parse(text).ok() || (!text.empty() && text.size() <= 128));
  return 0;
}
