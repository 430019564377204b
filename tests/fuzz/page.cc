// Page tokens: one opens to the cursor that it was made of, for its own query; and nothing else opens, whatever it was made from.
#include "absl/strings/escaping.h"
#include "services/runtime/crypto.h"
#include "services/runtime/page.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  static const crypto::Key* const key = new crypto::Key(std::string(32, 'k'));
  fuzz::Input input(data, size);
  const std::string digest = crypto::Sha256(input.Take(2)), cursor = absl::BytesToHexString(input.Take(input.Byte() % 64));
  const std::string token = SealPage(*key, cursor, digest);
  const auto opened = OpenPage(*key, token, digest);
  FUZZ_CHECK(opened.ok() && *opened == cursor);
  if (!cursor.empty()) FUZZ_CHECK(!OpenPage(*key, token, crypto::Sha256("another")).ok());
  const std::string changed = fuzz::Changed(token, &input);
  const auto other = OpenPage(*key, changed, digest);
  FUZZ_CHECK(!other.ok() || changed == token || (changed.empty() && other->empty()));
  const absl::string_view any = input.Rest();
  FUZZ_CHECK(any.empty() || any == token || !OpenPage(*key, any, digest).ok());
  return 0;
}
