// Who has been shown something about the citizen, and so has to be told when it is corrected or erased: from the ledger, where every
// look stands. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "services/consent/stored.pb.h"
#include "services/runtime/policy.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {

class Recipients {
 public:
  // Looks that were allowed count, and records that were shown to another agency for the citizen; everything else in a story does not.
  void Add(const ::brobygger::stored::LedgerRow& row);
  // One for each agency that was shown something and agency whose it was, the latest look first.
  void Into(records::Export* e) const;

 private:
  struct Seen {
    CategoryMask categories = 0;
    std::int64_t first_ms = 0, last_ms = 0;
    int looks = 0;
  };
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by who saw it, and whose it was
};

}  // namespace brobygger::consent
