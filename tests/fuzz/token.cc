// The issuer's keys, and what a token says: its parts, the claims of a token whose signature was right, and tokens by no known key.
#include "services/runtime/token.cc"  // what stands there in no header: Part, Date, HasAudience, CallerOf

#include "services/runtime/jwks.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace brobygger;
  fuzz::Input input(data, size);
  const std::uint32_t what = input.Byte();
  const absl::string_view text = input.Rest();
  if (what % 4 == 0) {
    const auto keys = ParseJwks(text);
    if (!keys.ok()) return 0;
    FUZZ_CHECK(keys->size() <= 32);
    for (const auto& [id, key] : *keys) {
      FUZZ_CHECK(!id.empty() && id.size() <= 256 && !key.AlgorithmName().empty());
      FUZZ_CHECK(!key.Verify("what was never signed", text.substr(0, 64)));
    }
    return 0;
  }
  if (what % 4 == 1) {
    runtime::Tokens config;
    config.set_issuer("https://issuer.example");
    config.set_audience("brobygger");
    config.set_jwks_uri("http://127.0.0.1:1/jwks");  // nobody listens
    static TokenVerifier* const verifier = TokenVerifier::Create(config)->release();
    FUZZ_CHECK(!verifier->Verify(text, absl::FromUnixSeconds(1'800'000'000)).ok());
    return 0;
  }
  const Json claims = what % 4 == 2 ? Part(text) : Json::parse(text.begin(), text.end(), nullptr, false);
  if (!claims.is_object()) return 0;
  Date(claims, "exp");
  HasAudience(claims, "brobygger");
  const auto caller = CallerOf(claims);
  if (!caller.ok()) return 0;
  FUZZ_CHECK(!caller->person.empty() && !caller->roles.empty());
  FUZZ_CHECK(caller->IsCitizen() == !caller->citizen_identifier.empty());
  FUZZ_CHECK(caller->IsCitizen() == caller->agency.empty());
  FUZZ_CHECK(!(caller->IsCitizen() || caller->IsSystem()) || caller->roles.size() == 1);
  return 0;
}
