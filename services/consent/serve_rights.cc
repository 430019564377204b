#include "services/consent/serve_rights.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "brobygger/registry/v1/rights_service.pb.h"
#include "google/protobuf/util/time_util.h"
#include "services/consent/ledger_reader.h"
#include "services/consent/ledger_row.h"
#include "services/consent/recipients.h"
#include "services/consent/stored.pb.h"

namespace brobygger::consent {
namespace {

constexpr int kStoryPage = 100;

// Reads a story back to the day before which looks do not count, and completes one answer.
class TellReader : public std::enable_shared_from_this<TellReader> {
 public:
  using Done = std::function<void(absl::Status)>;
  TellReader(LedgerReader* reader, const Directory* directory, records::ActReading reading, std::shared_ptr<Message> response, Done done)
      : reader_(reader), directory_(directory), reading_(std::move(reading)), response_(std::move(response)), done_(std::move(done)) {}

  void Read(std::uint64_t before) {
    std::vector<std::string> subjects(reading_.subject().absorbed().begin(), reading_.subject().absorbed().end());
    subjects.push_back(reading_.subject().subject());
    reader_->Story(subjects, before, kStoryPage, [self = shared_from_this()](absl::StatusOr<StoryPage> page) {
      if (!page.ok()) return self->done_(page.status());
      bool older = false;
      for (const auto& row : page->rows) {
        older |= row.time_ms() < self->reading_.since_ms();
        if (row.time_ms() >= self->reading_.since_ms() && DetailsOf(row).holder() == self->reading_.holder()) self->recipients_.Add(row);
      }
      if (page->next != 0 && !older) return self->Read(page->next);
      self->Tell();
    });
  }

 private:
  void Tell() {
    records::Export seen;
    recipients_.Into(&seen);
    auto* response = static_cast<registry::v1::IssueActTicketsResponse*>(response_.get());
    for (const auto& r : seen.recipients()) {
      registry::v1::RecipientToTell* tell = response->add_recipients();
      tell->set_agency(r.agency());
      tell->set_name_da(std::string(directory_->DisplayNameDa(r.agency())));
      tell->set_name_en(std::string(directory_->DisplayNameEn(r.agency())));
      *tell->mutable_categories() = r.categories();
      *tell->mutable_last_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(r.last_ms());
    }
    done_(absl::OkStatus());
  }

  LedgerReader* const reader_;  // outlives what is under way
  const Directory* const directory_;
  const records::ActReading reading_;
  const std::shared_ptr<Message> response_;
  const Done done_;
  Recipients recipients_;
};

}  // namespace

void AttachRights(Runtime& runtime, std::shared_ptr<LedgerReader> reader) {
  const auto* method = registry::v1::IssueActTicketsRequest::descriptor()->file()->FindServiceByName("RightsService")->FindMethodByName("IssueActTickets");
  runtime.dispatcher().SetFinish(method, [reader, directory = &runtime.directory()](const Message&, const std::string& handed_over,
                                                                                   std::shared_ptr<Message> response, std::function<void(absl::Status)> done) {
    records::ActReading reading;
    if (!reading.ParseFromString(handed_over)) return done(absl::InternalError("act"));
    if (reading.subject().subject().empty()) return done(absl::OkStatus());  // by a word that is told nobody
    std::make_shared<TellReader>(reader.get(), directory, std::move(reading), std::move(response), std::move(done))->Read(0);
  });
}

}  // namespace brobygger::consent
