#include "services/consent/ledger_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/consent/ledger_row.h"
#include "services/ledger/tree.h"
#include "services/runtime/status.h"

namespace brobygger::consent {
namespace {

constexpr char kEnd[] = ".ledger";
constexpr size_t kMagicSize = 24, kHeaderSize = kMagicSize + 3 * 8, kHashSize = sizeof(ledger::Hash);

std::string Magic() {
  std::string magic = "brobygger ledger 1\n";
  magic.resize(kMagicSize, '\0');
  return magic;
}

void AppendNumber(std::uint64_t value, int bytes, std::string* out) {
  for (int i = bytes - 1; i >= 0; --i) out->push_back(static_cast<char>(value >> (8 * i)));
}
std::uint64_t NumberAt(absl::string_view bytes, size_t at, size_t size) {
  std::uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// Closes when it goes.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() { if (fd_ >= 0) close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status CannotRead() { return Refusal(absl::StatusCode::kUnavailable, "STORE_DOWN", "The store does not answer. Try again."); }
absl::Status NotWhole(const std::string& path) { return absl::DataLossError(absl::StrCat("ledger_dir: ", path, " is not what was written")); }

absl::StatusOr<std::string> ReadAt(const File& file, std::uint64_t at, size_t size) {
  std::string out(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t n = pread(file.fd(), out.data() + done, size - done, static_cast<off_t>(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return CannotRead();
    done += static_cast<size_t>(n);
  }
  return out;
}

bool WriteAll(const File& file, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = write(file.fd(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return fsync(file.fd()) == 0;
}

size_t OffsetsAt(std::uint64_t index) { return kHeaderSize + 4 * index; }
size_t LeavesAt(std::uint64_t entries, std::uint64_t index) { return kHeaderSize + 4 * (entries + 1) + kHashSize * index; }
size_t RowsAt(std::uint64_t entries) { return LeavesAt(entries, entries) + kHashSize; }

// Header and index are those of the file that begins with `first`, and it is as long as they say.
absl::Status CheckIndex(const File& file, const std::string& path, std::uint64_t first, std::uint64_t entries) {
  struct stat is {};
  if (fstat(file.fd(), &is) != 0) return CannotRead();
  if (is.st_size < static_cast<off_t>(RowsAt(entries))) return NotWhole(path);
  auto index = ReadAt(file, 0, RowsAt(entries));
  if (!index.ok()) return index.status();
  const absl::string_view bytes = *index, summed = bytes.substr(0, bytes.size() - kHashSize);
  if (summed.substr(0, kMagicSize) != Magic() || ledger::Bytes(ledger::Sha256(summed)) != bytes.substr(summed.size())) return NotWhole(path);
  if (NumberAt(bytes, kMagicSize, 8) != first || NumberAt(bytes, kMagicSize + 8, 8) != entries) return NotWhole(path);
  const std::uint64_t rows = NumberAt(bytes, kMagicSize + 16, 8);
  std::uint64_t before = 0;
  for (std::uint64_t i = 0; i <= entries; ++i) {
    const std::uint64_t at = NumberAt(bytes, OffsetsAt(i), 4);
    if (at < before || at > rows) return NotWhole(path);
    before = at;
  }
  if (before != rows || static_cast<std::uint64_t>(is.st_size) != RowsAt(entries) + rows) return NotWhole(path);
  return absl::OkStatus();
}

}  // namespace

// Some entries of one file.
struct LedgerFiles::Part {
  File file;
  std::string path;
  std::uint64_t at = 0, count = 0;  // the first of them in the file, from 0
};

absl::StatusOr<std::unique_ptr<LedgerFiles>> LedgerFiles::Open(std::string dir, std::uint64_t entries) {
  std::unique_ptr<LedgerFiles> files(new LedgerFiles(std::move(dir), entries));
  BB_RETURN_IF_ERROR(files->LookAgain());
  // Each other file is checked when it is needed first.
  if (files->size_ > 0) {
    const auto last = files->Find(files->size_, 1);
    if (!last.ok()) return absl::FailedPreconditionError(last.status().message());
  }
  return files;
}

std::string LedgerFiles::PathOf(std::uint64_t first) const { return absl::StrFormat("%s/%020d%s", dir_, first, kEnd); }

std::uint64_t LedgerFiles::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return size_;
}

absl::Status LedgerFiles::LookAgain() {
  std::error_code error;
  std::set<std::uint64_t> found;
  for (const auto& entry : std::filesystem::directory_iterator(dir_, error)) {
    const std::string name = entry.path().filename();
    std::uint64_t first = 0;
    if (!absl::EndsWith(name, kEnd)) continue;
    if (!absl::SimpleAtoi(name.substr(0, name.size() - sizeof(kEnd) + 1), &first) || entry.path().string() != PathOf(first)) {
      return absl::FailedPreconditionError(absl::StrCat("ledger_dir: ", entry.path().string(), " is no file of a ledger"));
    }
    found.insert(first);
  }
  if (error) return absl::FailedPreconditionError(absl::StrCat("ledger_dir: ", dir_, " cannot be read"));
  std::uint64_t size = 0;
  for (const std::uint64_t first : found) {
    if (first != size + 1) return absl::FailedPreconditionError(absl::StrCat("ledger_dir: ", PathOf(size + 1), " is missing, and there are later ones"));
    size += entries_;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  size_ = std::max(size_, size);
  return absl::OkStatus();
}

absl::StatusOr<LedgerFiles::Part> LedgerFiles::Find(std::uint64_t first, std::uint64_t count) const {
  const std::uint64_t at = (first - 1) % entries_, begins = first - at;
  bool checked = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (first == 0 || first > size_) return absl::OutOfRangeError("these entries are in no file");
    checked = checked_.count(begins) != 0;
  }
  const std::string path = PathOf(begins);
  Part part{File(open(path.c_str(), O_RDONLY | O_CLOEXEC)), path, at, std::min(count, entries_ - at)};
  if (part.file.fd() < 0) return errno == ENOENT ? NotWhole(path) : CannotRead();
  if (!checked) {
    BB_RETURN_IF_ERROR(CheckIndex(part.file, path, begins, entries_));
    std::lock_guard<std::mutex> lock(mutex_);
    checked_.insert(begins);
  }
  return part;
}

absl::StatusOr<std::vector<ledger::Hash>> LedgerFiles::Leaves(std::uint64_t first, std::uint64_t count) const {
  auto part = Find(first, count);
  if (!part.ok()) return part.status();
  BB_ASSIGN_OR_RETURN(const std::string bytes, ReadAt(part->file, LeavesAt(entries_, part->at), kHashSize * part->count));
  std::vector<ledger::Hash> leaves;
  for (std::uint64_t i = 0; i < part->count; ++i) leaves.push_back(*ledger::HashFrom(absl::string_view(bytes).substr(i * kHashSize, kHashSize)));
  return leaves;
}

absl::StatusOr<std::vector<stored::LedgerRow>> LedgerFiles::Rows(std::uint64_t first, std::uint64_t count) const {
  auto part = Find(first, count);
  if (!part.ok()) return part.status();
  BB_ASSIGN_OR_RETURN(const std::string offsets, ReadAt(part->file, OffsetsAt(part->at), 4 * (part->count + 1)));
  BB_ASSIGN_OR_RETURN(const std::string leaves, ReadAt(part->file, LeavesAt(entries_, part->at), kHashSize * part->count));
  const std::uint64_t begin = NumberAt(offsets, 0, 4), end = NumberAt(offsets, 4 * part->count, 4);
  if (end < begin) return NotWhole(part->path);  // written over since its index was checked
  BB_ASSIGN_OR_RETURN(const std::string bytes, ReadAt(part->file, RowsAt(entries_) + begin, end - begin));
  std::vector<stored::LedgerRow> rows;
  for (std::uint64_t i = 0; i < part->count; ++i) {
    const std::uint64_t from = NumberAt(offsets, 4 * i, 4), to = NumberAt(offsets, 4 * (i + 1), 4);
    if (from < begin || to < from || to > end) return NotWhole(part->path);
    auto row = ParseRow(bytes.substr(from - begin, to - from));
    if (!row.ok() || row->number() != first + i || ledger::Bytes(ledger::LeafOf(PublicEntry(*row))) != absl::string_view(leaves).substr(i * kHashSize, kHashSize)) {
      return NotWhole(part->path);
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

absl::Status LedgerFiles::Add(const std::vector<std::string>& rows, const std::vector<ledger::Hash>& leaves) {
  if (rows.size() != entries_ || leaves.size() != entries_) return absl::InternalError("a file of the ledger wants all of its entries");
  const std::uint64_t first = size() + 1;
  std::string text = Magic(), all;
  AppendNumber(first, 8, &text);
  AppendNumber(entries_, 8, &text);
  std::string offsets(4, '\0');
  for (const std::string& row : rows) {
    all += row;
    AppendNumber(all.size(), 4, &offsets);
  }
  if (all.size() > std::numeric_limits<std::uint32_t>::max()) return absl::InternalError("rows of 4 GB in a file of the ledger");
  AppendNumber(all.size(), 8, &text);
  text += offsets;
  for (const ledger::Hash& leaf : leaves) absl::StrAppend(&text, ledger::Bytes(leaf));
  absl::StrAppend(&text, ledger::Bytes(ledger::Sha256(text)));
  text += all;

  const std::string path = PathOf(first), fresh = path + ".new";
  const auto failed = [&](const char* what) { return absl::UnavailableError(absl::StrCat("ledger_dir: ", path, " cannot be ", what)); };
  const File dir(open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.fd() < 0 || flock(dir.fd(), LOCK_EX | LOCK_NB) != 0) return failed("written: somebody else writes there");
  {
    const File file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.fd() < 0 || !WriteAll(file, text)) {
      unlink(fresh.c_str());
      return failed("written");
    }
  }
  {
    const File file(open(fresh.c_str(), O_RDONLY | O_CLOEXEC));
    const auto read = file.fd() < 0 ? CannotRead() : ReadAt(file, 0, text.size());
    if (!read.ok() || *read != text) return failed("read as it was written");
  }
  if (rename(fresh.c_str(), path.c_str()) != 0 || fsync(dir.fd()) != 0) return failed("put in its place");
  std::lock_guard<std::mutex> lock(mutex_);
  size_ = std::max(size_, first - 1 + entries_);  // a reader may have looked again meanwhile
  return absl::OkStatus();
}

}  // namespace brobygger::consent
