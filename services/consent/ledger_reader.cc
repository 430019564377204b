#include "services/consent/ledger_reader.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr char kPrefix[] = "consent:{trust}:";

}  // namespace

LedgerReader::LedgerReader(Redis* trust, LedgerFiles* files) : trust_(trust), files_(files) {
  if (files_ != nullptr) thread_ = std::thread([this] { Run(); });
}

LedgerReader::~LedgerReader() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const auto& job : jobs_) job(true);
}

void LedgerReader::Later(std::function<void(bool)> job) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      jobs_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job(true);
}

void LedgerReader::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(false);
    lock.lock();
  }
}

absl::StatusOr<stored::LedgerRow> LedgerReader::FromFile(std::uint64_t number) const {
  if (number > files_->size()) BB_RETURN_IF_ERROR(files_->LookAgain());  // moved by another replica
  auto rows = files_->Rows(number, 1);
  if (!rows.ok()) return rows.status();
  return std::move(rows->front());
}

void LedgerReader::Story(const std::vector<std::string>& subjects, std::uint64_t before, int limit,
                         std::function<void(absl::StatusOr<StoryPage>)> done) {
  std::vector<std::string> argv = {"FCALL_RO", "bb_story", "1", kPrefix, absl::StrCat(before), absl::StrCat(limit)};
  argv.insert(argv.end(), subjects.begin(), subjects.end());
  trust_->Command(std::move(argv), [this, done = std::move(done)](absl::StatusOr<Redis::Reply> reply) mutable {
    if (!reply.ok()) return done(reply.status());
    if (reply->elements.empty()) return done(absl::DataLossError("story"));
    auto page = std::make_shared<StoryPage>();
    page->next = static_cast<std::uint64_t>(reply->elements[0].integer);
    std::vector<std::pair<size_t, std::uint64_t>> moved;  // place on the page, number
    for (size_t i = 1; i < reply->elements.size(); ++i) {
      const Redis::Reply& element = reply->elements[i];
      stored::LedgerRow& row = page->rows.emplace_back();
      if (element.type == Redis::Reply::Type::kInteger) {
        moved.emplace_back(i - 1, static_cast<std::uint64_t>(element.integer));
      } else if (!row.ParseFromString(element.text)) {
        return done(absl::DataLossError("ledger row"));
      }
    }
    if (moved.empty()) return done(std::move(*page));
    if (files_ == nullptr) return done(absl::DataLossError("story"));
    Later([this, page, moved = std::move(moved), done = std::move(done)](bool stopping) {
      if (stopping) return done(StoreDown());
      for (const auto& [place, number] : moved) {
        auto row = FromFile(number);
        if (absl::IsOutOfRange(row.status())) return done(absl::DataLossError("story"));
        if (!row.ok()) return done(row.status());
        page->rows[place] = *std::move(row);
      }
      done(std::move(*page));
    });
  });
}

void LedgerReader::Entry(std::uint64_t number, std::function<void(absl::StatusOr<stored::LedgerRow>)> done) {
  trust_->Command({"FCALL_RO", "bb_entry", "1", kPrefix, absl::StrCat(number)}, [this, number, done = std::move(done)](absl::StatusOr<Redis::Reply> reply) mutable {
    if (!reply.ok()) return done(reply.status());
    if (!reply->IsNil()) return done(ParseRow(reply->text));
    if (files_ == nullptr) return done(NotFound("entry"));
    Later([this, number, done = std::move(done)](bool stopping) {
      if (stopping) return done(StoreDown());
      auto row = FromFile(number);
      if (absl::IsOutOfRange(row.status())) return done(NotFound("entry"));
      done(std::move(row));
    });
  });
}

}  // namespace brobygger::consent
