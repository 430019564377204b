// What the entries of the ledger follow from: rows as the gate writes them (authorise.lua).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "brobygger/ledger/v1/ledger.pb.h"
#include "services/ledger/entry.h"
#include "services/runtime/stored.pb.h"

namespace brobygger::consent {

// DATA_LOSS if it is none.
absl::StatusOr<stored::LedgerRow> ParseRow(const std::string& bytes);
// The committed details of a row: what was known before, and what the script decided.
ledger::v1::EntryDetails DetailsOf(const stored::LedgerRow& row);
// The public form of a row: salted commitments instead of whom and what. The same whenever it is made.
ledger::Entry PublicEntry(const stored::LedgerRow& row);

}  // namespace brobygger::consent
