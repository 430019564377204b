#include "services/consent/recipients.h"

#include <algorithm>
#include <vector>

#include "services/consent/ledger_reader.h"
#include "services/consent/names.h"

namespace brobygger::consent {
namespace {

// Whoever was shown the records themselves: all that concern a person.
constexpr CategoryMask kEveryCategory = ~Bit(type::v1::DATA_CATEGORY_NON_PERSONAL);

}  // namespace

void Recipients::Add(const ::brobygger::stored::LedgerRow& row) {
  const ledger::v1::EntryDetails d = DetailsOf(row);
  const bool look = row.kind() == ledger::v1::ENTRY_KIND_LOOK && d.rule() == ledger::v1::RULE_CONSENT && d.given_mask() != 0;
  const bool records = d.act() == ledger::v1::ACT_RECORDS_ASKED && !d.holder().empty() && d.holder() != d.agency();
  if (!look && !records) return;
  Seen& seen = seen_[{d.agency(), d.holder()}];
  seen.categories |= look ? d.given_mask() : kEveryCategory;
  seen.first_ms = seen.looks == 0 ? row.time_ms() : std::min<std::int64_t>(seen.first_ms, row.time_ms());
  seen.last_ms = std::max<std::int64_t>(seen.last_ms, row.time_ms());
  ++seen.looks;
}

void Recipients::Into(records::Export* e) const {
  std::vector<std::pair<std::pair<std::string, std::string>, Seen>> all(seen_.begin(), seen_.end());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second.last_ms > b.second.last_ms; });
  for (const auto& [who, seen] : all) {
    records::Export::Recipient* r = e->add_recipients();
    r->set_agency(who.first);
    r->set_holder(who.second);
    for (int c = type::v1::DataCategory_MIN + 1; c <= type::v1::DataCategory_MAX; ++c) {
      if (type::v1::DataCategory_IsValid(c) && (seen.categories & Bit(static_cast<type::v1::DataCategory>(c))) != 0) r->add_categories(static_cast<type::v1::DataCategory>(c));
    }
    r->set_first_ms(seen.first_ms);
    r->set_last_ms(seen.last_ms);
    r->set_looks(seen.looks);
  }
}

}  // namespace brobygger::consent
