// The clear, authenticated bytes before the sealed part of the trust store's records: what the gate's script reads, in a
// fixed layout. Whoever acts on a facet checks its MAC first (runtime/record.h). Pure; any thread.
//
//   subject    1 state: 'A' active, 'R' restricted, 'M' merged
//   reference  26 subject id
//   arrow      9 x 26: for each purpose in order the id of the latest consent, or 26 zero bytes
//   consent    1 state: 'D' draft, 'A' active, 'N' declined, 'W' withdrawn, 'S' superseded | 1 purpose | 4 category mask |
//              8 start ms | 8 end ms (exclusive; 0: never given) | 1 limited | 8 version | 26 subject id | 26 holder's reference |
//              26 recipient's reference (zero bytes while there is none) | 1 length, holder slug | 1 length, recipient slug
//
// Numbers are big-endian.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/consent/stored.pb.h"
#include "services/runtime/policy.h"

namespace brobygger::consent {

inline constexpr int kPurposes = 9;

struct ConsentFacet {
  char state = 'D';
  type::v1::Purpose purpose = type::v1::PURPOSE_UNSPECIFIED;
  CategoryMask mask = 0;
  std::int64_t start_ms = 0, end_ms = 0;
  bool limited = false;
  std::uint64_t version = 0;
  std::string subject;                    // id
  std::string holder_ref, recipient_ref;  // "" while there is none
  std::string holder, recipient;          // slugs
};

std::string EncodeConsentFacet(const ConsentFacet& facet);
// DATA_LOSS if the bytes are not of this layout.
absl::StatusOr<ConsentFacet> DecodeConsentFacet(absl::string_view bytes);

// The facets of the stored records. Ids that are not 26 bytes long count as none.
std::string FacetOf(const records::Subject& subject);
std::string FacetOf(const records::Reference& reference);
std::string FacetOf(const records::Arrow& arrow);
std::string FacetOf(const records::ConsentRecord& record);

}  // namespace brobygger::consent
