#include "services/consent/ledger_row.h"

namespace brobygger::consent {

absl::StatusOr<stored::LedgerRow> ParseRow(const std::string& bytes) {
  stored::LedgerRow row;
  if (!row.ParseFromString(bytes)) return absl::DataLossError("ledger: an entry cannot be read");
  return row;
}

ledger::v1::EntryDetails DetailsOf(const stored::LedgerRow& row) {
  ledger::v1::EntryDetails details = row.details();
  if (row.has_outcome()) {
    details.set_given_mask(row.outcome().given_mask());
    details.set_rule(row.outcome().rule());
    details.set_consent(row.outcome().consent());
    details.set_consent_version(row.outcome().consent_version());
  }
  details.set_sequence(row.chain().sequence());
  details.set_previous(row.chain().previous());
  return details;
}

ledger::Entry PublicEntry(const stored::LedgerRow& row) {
  ledger::Entry entry;
  entry.number = row.number();
  entry.time_ms = row.time_ms();
  entry.kind = static_cast<std::uint32_t>(row.kind());
  entry.subject = ledger::SubjectCommitment(row.subject_salt(), row.chain().subject());
  entry.details = ledger::DetailsCommitment(row.details_salt(), DetailsOf(row));
  return entry;
}

}  // namespace brobygger::consent
