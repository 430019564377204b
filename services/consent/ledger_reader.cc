#include "services/consent/ledger_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr char kPrefix[] = "consent:{trust}:";

absl::StatusOr<stored::LedgerRow> Parse(const std::string& bytes) {
  stored::LedgerRow row;
  if (!row.ParseFromString(bytes)) return absl::DataLossError("ledger row");
  return row;
}

}  // namespace

void LedgerReader::Story(const std::vector<std::string>& subjects, std::uint64_t before, int limit,
                         std::function<void(absl::StatusOr<StoryPage>)> done) const {
  std::vector<std::string> argv = {"FCALL_RO", "bb_story", "1", kPrefix, absl::StrCat(before), absl::StrCat(limit)};
  argv.insert(argv.end(), subjects.begin(), subjects.end());
  trust_->Command(std::move(argv), [done = std::move(done)](absl::StatusOr<Redis::Reply> reply) {
    if (!reply.ok()) return done(reply.status());
    if (reply->elements.empty()) return done(absl::DataLossError("story"));
    StoryPage page;
    page.next = static_cast<std::uint64_t>(reply->elements[0].integer);
    for (size_t i = 1; i < reply->elements.size(); ++i) {
      auto row = Parse(reply->elements[i].text);
      if (!row.ok()) return done(row.status());
      page.rows.push_back(*std::move(row));
    }
    done(std::move(page));
  });
}

void LedgerReader::Entry(std::uint64_t number, std::function<void(absl::StatusOr<stored::LedgerRow>)> done) const {
  trust_->Command({"FCALL_RO", "bb_entry", "1", kPrefix, absl::StrCat(number)},
                  [done = std::move(done)](absl::StatusOr<Redis::Reply> reply) {
                    if (!reply.ok()) return done(reply.status());
                    if (reply->IsNil()) return done(NotFound("entry"));
                    done(Parse(reply->text));
                  });
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
