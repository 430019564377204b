// The verifier against an exported ledger: one that was changed in any byte does not hold, unless all that was changed is that there is more or
// less of the right one; and any file at all is read to one clear sentence.
#include <sstream>

#include "services/ledger/export_file.h"
#include "services/ledger/testing/ledger_maker.h"
#include "services/ledger/verify.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  using namespace brobygger::ledger;
  static const auto* const maker = [] {
    auto* made = new ledger::testing::LedgerMaker;
    made->Happen(12);
    return made;
  }();
  static const std::string* const whole = new std::string(maker->Export());
  static const HeadKey* const key = new HeadKey(maker->key());
  fuzz::Input input(data, size);
  const bool changed = input.Byte() % 2 == 0;
  std::istringstream file(changed ? fuzz::Changed(*whole, &input) : std::string(input.Rest()));
  const std::string text = file.str();
  v1::LedgerHead head;
  const Finding found = CheckLedger(file, *key, {}, nullptr, &head);
  FUZZ_CHECK(!found.da.empty() && !found.en.empty());
  FUZZ_CHECK(!found.holds() || text == *whole);
  // What a line says is written in one way only.
  const std::string line = text.substr(0, text.find('\n'));
  Entry entry;
  if (ParseEntryLine(line, &entry)) FUZZ_CHECK(EntryLine(entry) == line);
  if (ParseHeadLine(line, &head)) FUZZ_CHECK(HeadLine(head) == line);
  return 0;
}
