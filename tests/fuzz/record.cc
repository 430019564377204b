// What stands in the stores: records, sealed values, the clear part of a consent, rows of the ledger and what is made public of them. Nothing that was
// changed opens.
#include "services/consent/facet.h"
#include "services/consent/ledger_reader.h"
#include "services/ledger/entry.h"
#include "services/runtime/crypto.h"
#include "services/runtime/record.h"
#include "tests/fuzz/input.h"

namespace {

using namespace brobygger;

void Records(fuzz::Input input) {
  static const ScopeKeys* const keys = new ScopeKeys(crypto::Key(std::string(32, 's')));
  static const crypto::Key* const data_key = new crypto::Key(std::string(32, 'd'));
  static const std::string* const sealed =
      new std::string(SealRecord(*keys, {"dropin:{perron-4}:r:regular:x", "regular", "perron-4"}, 7, std::string(16, 'i'), *data_key, "facet", "what stands in it"));
  const RecordPlace place{"dropin:{perron-4}:r:regular:x", "regular", "perron-4"};
  const bool own = input.Byte() % 2 == 0;
  const std::string bytes = own ? fuzz::Changed(*sealed, &input) : std::string(input.Rest());
  const auto header = ParseRecord(bytes, "regular");
  if (!header.ok()) return;
  FUZZ_CHECK(header->facet.size() <= kMaxFacet && header->key_id.size() == kKeyIdSize);
  const auto opened = OpenRecord(*keys, place, *header, *data_key);
  // The key id says which data key to take, and that one is given here.
  std::string same = bytes;
  if (same.size() >= 25) same.replace(9, kKeyIdSize, kKeyIdSize, 'i');
  FUZZ_CHECK(!opened.ok() || (same == *sealed && *opened == "what stands in it"));
  FUZZ_CHECK(!OpenRecord(*keys, {"dropin:{perron-4}:r:regular:y", "regular", "perron-4"}, *header, *data_key).ok());
}

void Facets(fuzz::Input input) {
  const auto facet = consent::DecodeConsentFacet(input.Rest());
  if (!facet.ok()) return;
  const auto again = consent::DecodeConsentFacet(consent::EncodeConsentFacet(*facet));
  FUZZ_CHECK(again.ok() && again->state == facet->state && again->purpose == facet->purpose && again->mask == facet->mask &&
             again->subject == facet->subject && again->holder == facet->holder && again->recipient == facet->recipient && again->end_ms == facet->end_ms);
}

void Rows(fuzz::Input input) {
  stored::LedgerRow row;
  const absl::string_view bytes = input.Rest();
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const ledger::Entry entry = consent::PublicEntry(row);
  FUZZ_CHECK(entry.details == ledger::DetailsCommitment(row.details_salt(), consent::DetailsOf(row)));
  FUZZ_CHECK(ledger::LeafBytes(entry) == ledger::LeafBytes(consent::PublicEntry(row)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  switch (input.Byte() % 4) {
    case 0: Records(input); break;
    case 1: Facets(input); break;
    case 2: Rows(input); break;
    case 3: {
      static const crypto::Key* const key = new crypto::Key(std::string(32, 'v'));
      static const std::string* const sealed = new std::string(SealValue(*key, "dropin:{perron-4}:o", "an event"));
      const std::string changed = fuzz::Changed(*sealed, &input);
      FUZZ_CHECK(!OpenValue(*key, "dropin:{perron-4}:o", changed).ok() || changed == *sealed);
      break;
    }
  }
  return 0;
}
