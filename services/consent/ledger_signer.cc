#include "services/consent/ledger_signer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/consent/ledger_row.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr char kPrefix[] = "consent:{trust}:";
constexpr std::uint64_t kPage = 1000;
constexpr size_t kHashSize = sizeof(ledger::Hash);

absl::Status NotSignedYet() { return Refusal(absl::StatusCode::kNotFound, "NOT_SIGNED_YET", "no head is signed over it yet"); }
absl::Status NotConsistent() {
  return Refusal(absl::StatusCode::kUnavailable, "LEDGER_NOT_CONSISTENT", "the ledger is not the one that was signed; nothing is proved until somebody has looked");
}
absl::Status NotAsSigned(std::uint64_t size) {
  return absl::FailedPreconditionError(absl::StrCat("ledger: its first ", size, " entries are not those that its newest head was signed over"));
}

}  // namespace

LedgerSigner::LedgerSigner(Redis* trust, LedgerFiles* files, std::optional<ledger::HeadSigner> signer, Clock clock, std::function<void(const char*)> alarm,
                           Options options)
    : trust_(trust), files_(files), signer_(std::move(signer)), clock_(std::move(clock)), alarm_(std::move(alarm)), options_(options) {}

absl::StatusOr<std::unique_ptr<LedgerSigner>> LedgerSigner::Start(Redis* trust, LedgerFiles* files, std::optional<ledger::HeadSigner> signer,
                                                                  Clock clock, std::function<void(const char*)> alarm, Options options) {
  std::unique_ptr<LedgerSigner> out(new LedgerSigner(trust, files, std::move(signer), std::move(clock), std::move(alarm), options));
  BB_RETURN_IF_ERROR(out->Resume());
  out->thread_ = std::thread([self = out.get()] { self->Run(); });
  return out;
}

LedgerSigner::~LedgerSigner() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const auto& job : jobs_) job(true);
}

void LedgerSigner::Run() {
  auto next = std::chrono::steady_clock::now();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    std::function<void(bool)> job;
    if (std::chrono::steady_clock::now() < next) {
      wake_.wait_until(lock, next, [&] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      if (!jobs_.empty()) {
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
    }
    lock.unlock();
    if (job) {
      job(false);
    } else if (std::chrono::steady_clock::now() >= next) {
      const bool more = Step();
      next = std::chrono::steady_clock::now() + (more ? std::chrono::milliseconds(1) : absl::ToChronoMilliseconds(options_.every));
    }
    lock.lock();
  }
}

template <class T>
void LedgerSigner::Enqueue(Done<T> done, std::function<absl::StatusOr<T>()> work) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_ && jobs_.size() < options_.waiting) {
      jobs_.push_back([this, done = std::move(done), work = std::move(work)](bool stopping) {
        if (stopping) return done(StoreDown());
        if (broken_) return done(NotConsistent());
        auto found = work();
        // Rows that are no longer those that were hashed: somebody has changed the store under us.
        if (absl::IsDataLoss(found.status())) {
          Broken("ledger_not_as_signed").IgnoreError();
          return done(NotConsistent());
        }
        done(std::move(found));
      });
      wake_.notify_one();
      return;
    }
  }
  done(Refusal(absl::StatusCode::kResourceExhausted, "STORE_BUSY", "too many proofs are wanted at once; try again"));
}

// --- on its thread ---

absl::Status LedgerSigner::Broken(const char* what) {
  broken_ = true;
  alarm_(what);
  return absl::FailedPreconditionError(what);
}

absl::Status LedgerSigner::Resume() {
  BB_ASSIGN_OR_RETURN(const Kept kept, ReadKept(0));
  BB_RETURN_IF_ERROR(CheckPlaces(kept));
  if (!kept.head.has_value()) return absl::OkStatus();
  const ledger::v1::LedgerHead& head = *kept.head;
  if (signer_.has_value() && signer_->key().Check(head) == ledger::HeadVerdict::kNotSigned) {
    return absl::FailedPreconditionError("ledger: its newest head is not signed by the key that it names");
  }
  if (kept.written < head.size()) {
    return absl::FailedPreconditionError(absl::StrCat("ledger: has ", kept.written, " entries, and a head over ", head.size(), " was signed"));
  }
  auto tiles = trust_->Call({"GET", absl::StrCat(kPrefix, "tiles")});
  if (!tiles.ok()) return tiles.status();
  std::vector<ledger::Hash> roots;
  const std::uint64_t complete = std::min<std::uint64_t>(tiles->text.size() / kHashSize, head.size() >> ledger::Tree::kTileLevel);
  for (std::uint64_t i = 0; i < complete; ++i) roots.push_back(*ledger::HashFrom(absl::string_view(tiles->text).substr(i * kHashSize, kHashSize)));
  tree_ = ledger::Tree(ledger::Tree::kTileLevel, roots);
  tiles_kept_ = complete;
  BB_RETURN_IF_ERROR(Follow(head.size()));
  if (ledger::HashFrom(head.root()) != tree_.Root()) return NotAsSigned(head.size());
  BB_RETURN_IF_ERROR(CheckNewestFile());
  head_ = head;
  return absl::OkStatus();
}

// That no entry is missing between the files and the store.
absl::Status LedgerSigner::CheckPlaces(const Kept& kept) const {
  const std::uint64_t signed_over = kept.head.has_value() ? kept.head->size() : 0;
  if (files_ == nullptr) {
    if (kept.first == 1) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("ledger_dir: is required: entries 1 to ", kept.first - 1, " have moved to files"));
  }
  if (files_->size() > signed_over) {
    return absl::FailedPreconditionError(absl::StrCat("ledger_dir: has entries up to ", files_->size(), ", and the store's newest head is over ", signed_over,
                                                      ": these files are of a later state of the ledger, or of another one"));
  }
  if (kept.first > files_->size() + 1) BB_RETURN_IF_ERROR(files_->LookAgain());  // moved since they were listed, by the replica that signs
  if (kept.first > files_->size() + 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("ledger_dir: entries ", files_->size() + 1, " to ", kept.first - 1, " stand neither in its files nor in the store"));
  }
  return absl::OkStatus();
}

// Older ones are compared with the tree when a proof runs through them.
absl::Status LedgerSigner::CheckNewestFile() {
  if (files_ == nullptr || files_->size() == 0) return absl::OkStatus();
  const std::uint64_t size = files_->size(), last = size / tree_.tile_size();
  for (std::uint64_t tile = last - files_->entries_each() / tree_.tile_size(); tile < last; ++tile) {
    const auto leaves = files_->Leaves(tile * tree_.tile_size() + 1, tree_.tile_size());
    if (!leaves.ok() || leaves->size() != tree_.tile_size() || ledger::TileRoot(*leaves) != tree_.tile_roots()[tile]) {
      return absl::FailedPreconditionError("ledger_dir: its newest file is not of the ledger that was signed");
    }
  }
  moved_ = size;
  return absl::OkStatus();
}

bool LedgerSigner::Step() {
  if (broken_) return false;
  const auto kept = ReadKept(0);
  if (absl::IsDataLoss(kept.status())) Broken("ledger_not_as_signed").IgnoreError();
  if (!kept.ok()) return false;  // the store is down: nothing is written either
  if (kept->written < tree_.size()) {
    Broken("ledger_shorter").IgnoreError();
    return false;
  }
  const std::uint64_t until = std::min(kept->written, tree_.size() + options_.at_once);
  const absl::Status followed = Follow(until);
  if (absl::IsDataLoss(followed)) Broken("ledger_gap").IgnoreError();
  if (!followed.ok()) return false;
  const ledger::v1::LedgerHead none;
  const ledger::v1::LedgerHead& newest = kept->head.has_value() ? *kept->head : none;
  if (newest.size() < head_.size()) {
    Broken("ledger_shorter").IgnoreError();
    return false;
  }
  if (newest.size() > head_.size() && newest.size() <= tree_.size() && !CheckKept(newest).ok()) return false;
  if (signer_.has_value() && tree_.size() > newest.size() && !SignAndKeep().ok()) return false;
  const bool moving = MoveOld(kept->first);
  return moving || until < kept->written;
}

bool LedgerSigner::MoveOld(std::uint64_t first_in_store) {
  if (files_ == nullptr || !signer_.has_value() || std::chrono::steady_clock::now() < move_again_) return false;
  if (first_in_store <= moved_ && !LetGo()) return false;  // a process ended between the two
  if (first_in_store > files_->size() + 1 && !files_->LookAgain().ok()) return false;  // another signer's, which has raised its alarm
  if (head_.size() < files_->size() + files_->entries_each() + options_.keep) return false;
  const absl::Status moved = MoveSome();
  if (moved.ok()) return true;
  moving_.clear();
  moving_leaves_.clear();
  if (absl::IsDataLoss(moved)) {
    Broken("ledger_not_as_signed").IgnoreError();
    return false;
  }
  NotMoved();
  return false;
}

void LedgerSigner::NotMoved() {
  alarm_("ledger_not_moved");
  move_again_ = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(options_.move_again);
}

// A page at a time, so that questions do not wait for a whole file.
absl::Status LedgerSigner::MoveSome() {
  const std::uint64_t first = files_->size() + 1, want = files_->entries_each();
  if (moving_first_ != first) {
    moving_.clear();
    moving_leaves_.clear();
    moving_first_ = first;
  }
  BB_ASSIGN_OR_RETURN(const std::vector<std::string> rows, StoredRows(first + moving_.size(), std::min<std::uint64_t>(kPage, want - moving_.size())));
  const auto gone = [&]() -> absl::Status {
    BB_RETURN_IF_ERROR(files_->LookAgain());
    if (files_->size() < first) return absl::DataLossError("an entry is gone");
    return absl::OkStatus();  // another signer has moved it since this look began
  };
  if (rows.empty()) return gone();
  for (const std::string& bytes : rows) {
    BB_ASSIGN_OR_RETURN(const stored::LedgerRow row, ParseRow(bytes));
    if (row.number() != first + moving_.size()) return gone();
    moving_leaves_.push_back(ledger::LeafOf(PublicEntry(row)));
    moving_.push_back(bytes);
  }
  if (moving_.size() < want) return absl::OkStatus();
  for (std::uint64_t at = 0; at < want; at += tree_.tile_size()) {
    const auto begin = moving_leaves_.begin() + static_cast<std::ptrdiff_t>(at);
    if (ledger::TileRoot({begin, begin + static_cast<std::ptrdiff_t>(tree_.tile_size())}) != tree_.tile_roots()[(first - 1 + at) / tree_.tile_size()]) {
      return absl::DataLossError("entries are not those that were hashed");
    }
  }
  BB_RETURN_IF_ERROR(files_->Add(moving_, moving_leaves_));
  moved_ = files_->size();
  moving_.clear();
  moving_leaves_.clear();
  DropLeaves();
  LetGo();
  return absl::OkStatus();
}

// If it fails, a later look does it. A store that does not answer has alarms of its own.
bool LedgerSigner::LetGo() {
  const auto reply = trust_->Call({"FCALL", "bb_let_go", "1", kPrefix, absl::StrCat(moved_)});
  if (reply.ok() && reply->integer == 1) return true;
  if (ReasonOf(reply.status()) != "STORE_DOWN") NotMoved();
  return false;
}

absl::Status LedgerSigner::Follow(std::uint64_t until) {
  while (tree_.size() < until) {
    BB_ASSIGN_OR_RETURN(const std::vector<ledger::Entry> rows, Rows(tree_.size() + 1, std::min(kPage, until - tree_.size())));
    if (rows.empty()) return Broken("ledger_gap");
    for (const ledger::Entry& row : rows) {
      if (row.number != tree_.size() + 1 || row.time_ms < last_ms_) return Broken("ledger_gap");
      const ledger::Hash leaf = ledger::LeafOf(row);
      leaves_[tree_.size() / tree_.tile_size()].push_back(leaf);
      tree_.Append(leaf);
      last_ms_ = row.time_ms;
    }
    DropLeaves();
  }
  return absl::OkStatus();
}

// A head that this process has not signed: another replica's.
absl::Status LedgerSigner::CheckKept(const ledger::v1::LedgerHead& head) {
  BB_ASSIGN_OR_RETURN(const ledger::Tree::Tiles tiles, LoadTiles(tree_.TilesForRoot(head.size())));
  const auto root = tree_.RootAt(head.size(), tiles);
  if (!root.ok() || ledger::HashFrom(head.root()) != *root) return Broken("ledger_not_as_signed");
  if (signer_.has_value()) alarm_("ledger_other_signer");
  head_ = head;
  tiles_kept_ = std::max(tiles_kept_, head.size() >> ledger::Tree::kTileLevel);
  return absl::OkStatus();
}

absl::Status LedgerSigner::SignAndKeep() {
  ledger::v1::LedgerHead head;
  head.set_size(tree_.size());
  head.set_root(std::string(ledger::Bytes(tree_.Root())));
  head.set_time_ms(std::max({absl::ToUnixMillis(clock_()), last_ms_, head_.time_ms()}));  // heads never step back, whatever the clock does
  signer_->Sign(&head);
  std::string roots;
  for (std::uint64_t t = tiles_kept_; t < tree_.tile_roots().size(); ++t) absl::StrAppend(&roots, ledger::Bytes(tree_.tile_roots()[t]));
  const auto reply = trust_->Call({"FCALL", "bb_keep_head", "1", kPrefix, absl::StrCat(head.size()), head.SerializeAsString(),
                                   absl::StrCat(tiles_kept_ * kHashSize), roots});
  if (!reply.ok()) return reply.status();
  if (reply->integer != 1) return absl::OkStatus();  // another signer was first: its head is checked at the next look
  head_ = head;
  tiles_kept_ = tree_.tile_roots().size();
  return absl::OkStatus();
}

absl::StatusOr<LedgerSigner::Kept> LedgerSigner::ReadKept(std::uint64_t covering) const {
  const auto reply = trust_->Call({"FCALL_RO", "bb_head", "1", kPrefix, absl::StrCat(covering)});
  if (!reply.ok()) return reply.status();
  if (reply->elements.size() != 3) return absl::InternalError("bb_head");
  Kept kept;
  kept.written = static_cast<std::uint64_t>(reply->elements[0].integer);
  kept.first = static_cast<std::uint64_t>(reply->elements[2].integer);
  if (reply->elements[1].IsNil()) return kept;
  ledger::v1::LedgerHead head;
  if (!head.ParseFromString(reply->elements[1].text) || head.root().size() != kHashSize) return absl::DataLossError("ledger: its newest head cannot be read");
  kept.head = std::move(head);
  return kept;
}

absl::StatusOr<std::vector<std::string>> LedgerSigner::StoredRows(std::uint64_t first, std::uint64_t count) const {
  const auto reply = trust_->Call({"FCALL_RO", "bb_rows", "1", kPrefix, absl::StrCat(first), absl::StrCat(count)});
  if (!reply.ok()) return reply.status();
  std::vector<std::string> out;
  for (const Redis::Reply& element : reply->elements) out.push_back(element.text);
  return out;
}

absl::StatusOr<std::vector<ledger::Entry>> LedgerSigner::Rows(std::uint64_t first, std::uint64_t count) const {
  std::vector<ledger::Entry> out;
  if (files_ == nullptr || first > files_->size()) {
    BB_ASSIGN_OR_RETURN(const std::vector<std::string> rows, StoredRows(first, count));
    for (const std::string& bytes : rows) {
      BB_ASSIGN_OR_RETURN(const stored::LedgerRow row, ParseRow(bytes));
      out.push_back(PublicEntry(row));
    }
    if (files_ == nullptr || (!out.empty() && out[0].number == first)) return out;
    BB_RETURN_IF_ERROR(files_->LookAgain());  // the replica that signs may have moved them
    if (first > files_->size()) return out;
    out.clear();
  }
  const auto rows = files_->Rows(first, count);
  if (!rows.ok()) return rows.status();
  for (const stored::LedgerRow& row : *rows) out.push_back(PublicEntry(row));
  return out;
}

absl::StatusOr<ledger::Tree::Tiles> LedgerSigner::LoadTiles(const std::set<std::uint64_t>& numbers) {
  ledger::Tree::Tiles tiles;
  for (const std::uint64_t tile : numbers) {
    if (files_ != nullptr && (tile + 1) * tree_.tile_size() <= files_->size()) {
      auto leaves = files_->Leaves(tile * tree_.tile_size() + 1, tree_.tile_size());
      if (!leaves.ok()) return leaves.status();
      tiles[tile] = *std::move(leaves);
      continue;
    }
    std::vector<ledger::Hash>& leaves = tiles[tile];  // no rows are DATA_LOSS, not a tile that was forgotten
    if (const auto known = leaves_.find(tile); known != leaves_.end()) {
      leaves = known->second;
      continue;
    }
    BB_ASSIGN_OR_RETURN(const std::vector<ledger::Entry> rows, Rows(tile * tree_.tile_size() + 1, tree_.tile_size()));
    for (const ledger::Entry& row : rows) leaves.push_back(ledger::LeafOf(row));
    if (leaves.size() == tree_.tile_size() && ledger::TileRoot(leaves) == tree_.tile_roots()[tile]) leaves_[tile] = leaves;
  }
  DropLeaves();
  return tiles;
}

bool LedgerSigner::AsHashed(const ledger::Entry& entry) const {
  const std::uint64_t leaf = entry.number - 1;
  const auto tile = leaves_.find(leaf / tree_.tile_size());
  return tile == leaves_.end() || leaf % tree_.tile_size() >= tile->second.size() || tile->second[leaf % tree_.tile_size()] == ledger::LeafOf(entry);
}

// Those in files are read there. The open tile stays, however few there may be.
void LedgerSigner::DropLeaves() {
  const std::uint64_t in_files = files_ == nullptr ? 0 : files_->size() / tree_.tile_size();
  while (!leaves_.empty() && (leaves_.begin()->first < in_files || leaves_.size() > options_.tiles + 1)) leaves_.erase(leaves_.begin());
}

absl::Status LedgerSigner::Signed(std::uint64_t size) const { return size <= head_.size() ? absl::OkStatus() : NotSignedYet(); }

// --- questions ---

void LedgerSigner::Head(std::uint64_t covering, Done<ledger::v1::LedgerHead> done) {
  Enqueue<ledger::v1::LedgerHead>(std::move(done), [this, covering]() -> absl::StatusOr<ledger::v1::LedgerHead> {
    if (!signer_.has_value()) {  // another replica signs: never a head older than one that it has given
      Step();
      if (broken_) return NotConsistent();
    }
    BB_RETURN_IF_ERROR(Signed(std::max<std::uint64_t>(covering, 1)));
    if (covering == 0) return head_;
    BB_ASSIGN_OR_RETURN(const Kept kept, ReadKept(covering));
    return kept.head.has_value() ? *kept.head : head_;
  });
}

void LedgerSigner::Inclusion(std::uint64_t number, std::uint64_t size, Done<Path> done) {
  Enqueue<Path>(std::move(done), [this, number, size]() -> absl::StatusOr<Path> {
    BB_RETURN_IF_ERROR(Signed(size));
    BB_ASSIGN_OR_RETURN(const ledger::Tree::Tiles tiles, LoadTiles(tree_.TilesForInclusion(number - 1, size)));
    return tree_.Inclusion(number - 1, size, tiles);
  });
}

void LedgerSigner::Consistency(std::uint64_t first, std::uint64_t second, Done<Path> done) {
  Enqueue<Path>(std::move(done), [this, first, second]() -> absl::StatusOr<Path> {
    BB_RETURN_IF_ERROR(Signed(second));
    BB_ASSIGN_OR_RETURN(const ledger::Tree::Tiles tiles, LoadTiles(tree_.TilesForConsistency(first, second)));
    return tree_.Consistency(first, second, tiles);
  });
}

void LedgerSigner::Entries(std::uint64_t first, int count, Done<std::vector<ledger::Entry>> done) {
  Enqueue<std::vector<ledger::Entry>>(std::move(done), [this, first, count]() -> absl::StatusOr<std::vector<ledger::Entry>> {
    std::vector<ledger::Entry> out;
    if (first > head_.size()) return out;
    const size_t wanted = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), head_.size() - first + 1);
    while (out.size() < wanted) {  // a page may begin in a file and end in the store
      BB_ASSIGN_OR_RETURN(const std::vector<ledger::Entry> rows, Rows(first + out.size(), wanted - out.size()));
      if (rows.empty()) return absl::DataLossError("ledger: an entry is gone");
      for (const ledger::Entry& row : rows) {
        if (row.number != first + out.size() || !AsHashed(row)) return absl::DataLossError("ledger: an entry is gone, or not the one that was hashed");
        out.push_back(row);
      }
    }
    return out;
  });
}

}  // namespace brobygger::consent
