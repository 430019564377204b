#include "services/runtime/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/runtime/crypto.h"
#include "services/runtime/status.h"

namespace brobygger {
namespace {

constexpr int kMaxFiles = 1000;
constexpr std::chrono::seconds kAgain(1);
constexpr char kNothing[] = "-";

std::string Check(absl::string_view text) { return crypto::Hex(crypto::Sha256(text).substr(0, 8)); }

std::string TextOf(const Journal::Line& line) {
  std::string text = absl::StrCat(line.base, " ", line.number, " ", line.sealed.empty() ? kNothing : crypto::Hex(line.sealed));
  if (!line.tag.empty()) absl::StrAppend(&text, " ", crypto::Hex(line.tag));
  absl::StrAppend(&text, " ", Check(text), "\n");
  return text;
}

// False if it is no whole line.
bool Parse(absl::string_view text, Journal::Line* line) {
  const std::size_t last = text.rfind(' ');
  if (last == absl::string_view::npos || text.substr(last + 1) != Check(text.substr(0, last))) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(text.substr(0, last), ' ');
  if (parts.size() < 3 || parts.size() > 4 || parts[0].empty() || !absl::SimpleAtoi(parts[1], &line->number)) return false;
  line->base = std::string(parts[0]);
  line->sealed = parts[2] == kNothing ? "" : absl::HexStringToBytes(parts[2]);
  line->tag = parts.size() == 4 ? absl::HexStringToBytes(parts[3]) : "";
  return true;
}

// -1 if it cannot be told.
std::int64_t SizeOf(int fd) {
  struct stat file {};
  return fstat(fd, &file) == 0 ? static_cast<std::int64_t>(file.st_size) : -1;
}

struct Reach {
  std::int64_t whole = 0;  // how far the whole lines reach
  std::int64_t read = 0;   // and what was read: at most one line more
};

// Calls for each whole line.
absl::StatusOr<Reach> ReadFile(const std::string& path, const std::function<void(const Journal::Line&)>& each) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::FailedPreconditionError(absl::StrCat("journal: ", path, " cannot be read"));
  Reach reach;
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    Journal::Line line;
    reach.read += static_cast<std::int64_t>(text.size()) + (file.eof() ? 0 : 1);
    if (file.eof()) break;  // without its end
    if (!Parse(text, &line)) {
      if (file.peek() == std::char_traits<char>::eof()) break;
      return absl::DataLossError(absl::StrCat("journal: ", path, ":", number, " is not what was written"));
    }
    each(line);
    reach.whole = reach.read;
  }
  // A disk that cannot be read ends the lines, too.
  if (file.bad()) return absl::DataLossError(absl::StrCat("journal: ", path, " cannot be read beyond byte ", reach.read));
  return reach;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& dir, const std::string& service, std::function<void(const char*)> alarm) {
  for (int n = 1; n <= kMaxFiles; ++n) {
    const std::string path = absl::StrCat(dir, "/", service, ".", n, ".journal");
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return absl::FailedPreconditionError(absl::StrCat("journal_dir: ", path, " cannot be written"));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);  // another replica's
      continue;
    }
    const absl::StatusOr<Reach> reach = ReadFile(path, [](const Line&) {});
    const int dir_fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Cut off is the line that was read and is not whole, and nothing that was not read.
    const bool kept = reach.ok() && SizeOf(fd) == reach->read && ftruncate(fd, reach->whole) == 0 && fsync(fd) == 0 && dir_fd >= 0 && fsync(dir_fd) == 0;
    if (dir_fd >= 0) close(dir_fd);
    if (!kept) {
      close(fd);
      return reach.ok() ? absl::FailedPreconditionError(absl::StrCat("journal_dir: ", path, " cannot be read to its end, or not be synced")) : reach.status();
    }
    return std::unique_ptr<Journal>(new Journal(dir, service, fd, reach->whole, std::move(alarm)));
  }
  return absl::FailedPreconditionError(absl::StrCat("journal_dir: ", dir, " has no free file for ", service));
}

Journal::Journal(std::string dir, std::string service, int fd, std::int64_t size, std::function<void(const char*)> alarm)
    : dir_(std::move(dir)), service_(std::move(service)), fd_(fd), size_(size), alarm_(std::move(alarm)), thread_([this] { Run(); }) {}

Journal::~Journal() {
  Stop();
  close(fd_);
}

void Journal::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status Journal::ForEach(const std::function<void(const Line&)>& line) const {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(dir_, error)) {
    const std::string name = entry.path().filename();
    if (absl::StartsWith(name, absl::StrCat(service_, ".")) && absl::EndsWith(name, ".journal")) paths.push_back(entry.path());
  }
  if (error) return absl::FailedPreconditionError(absl::StrCat("journal_dir: ", dir_, " cannot be read"));
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) BB_RETURN_IF_ERROR(ReadFile(path, line).status());
  return absl::OkStatus();
}

void Journal::Append(std::vector<Line> lines, std::function<void(absl::Status)> tried, std::function<void(const Line&)> written) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!stopping_) {
      queue_.push_back({std::move(lines), std::move(tried), std::move(written)});
      wake_.notify_one();
      return;
    }
  }
  tried(absl::UnavailableError("the journal is closed"));
}

absl::Status Journal::AppendAndWait(std::vector<Line> lines) {
  std::promise<absl::Status> result;
  Append(std::move(lines), [&result](absl::Status status) { result.set_value(std::move(status)); }, [](const Line&) {});
  return result.get_future().get();
}

std::uint64_t Journal::Given(const std::string& base) const {
  std::lock_guard<std::mutex> lock(given_mutex_);
  const auto it = given_.find(base);
  return it == given_.end() ? 0 : it->second;
}

void Journal::SawGiven(const std::string& base, std::uint64_t number) {
  std::lock_guard<std::mutex> lock(given_mutex_);
  std::uint64_t& given = given_[base];
  given = std::max(given, number);
}

bool Journal::Write(const std::string& text) {
  // What an earlier failure left behind would join this line; what is missing would leave a hole in front of it.
  const std::int64_t size = SizeOf(fd_);
  if (size < size_ || (size > size_ && (ftruncate(fd_, size_) != 0 || SizeOf(fd_) != size_))) return false;
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(fd_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  if (done == text.size() && fdatasync(fd_) == 0) {
    size_ += static_cast<std::int64_t>(text.size());
    return true;
  }
  // Tried again before anything else is written.
  if (ftruncate(fd_, size_) != 0) alarm_("journal_not_written");
  return false;
}

void Journal::Run() {
  std::deque<Item> unwritten;
  std::set<std::string> waiting;  // the lines in them: one that is brought twice (JournalDrain, a repeated request) waits once
  bool failing = false;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    const auto work = [this] { return stopping_ || !queue_.empty(); };
    if (unwritten.empty()) wake_.wait(lock, work);
    else wake_.wait_for(lock, kAgain, work);
    if (stopping_ && queue_.empty()) return;
    std::deque<Item> fresh = std::move(queue_);
    queue_.clear();
    lock.unlock();

    // All that came meanwhile by one write and one sync; what could not be written before goes first.
    std::string text;
    for (const std::deque<Item>* items : {&unwritten, &fresh}) {
      for (const Item& item : *items) {
        for (const Line& line : item.lines) text += TextOf(line);
      }
    }
    const bool ok = Write(text);
    if (!ok && !failing) alarm_("journal_not_written");
    failing = !ok;
    for (Item& item : fresh) {
      item.tried(ok ? absl::OkStatus() : absl::UnavailableError("the journal cannot be written"));
      item.tried = nullptr;  // it holds a whole commit, keys and all
      if (!ok) item.lines.erase(std::remove_if(item.lines.begin(), item.lines.end(), [&](const Line& l) { return !waiting.insert(TextOf(l)).second; }), item.lines.end());
      if (!item.lines.empty()) unwritten.push_back(std::move(item));
    }
    if (ok) {
      for (const Item& item : unwritten) {
        for (const Line& line : item.lines) item.written(line);
      }
      unwritten.clear();
      waiting.clear();
    }
    lock.lock();
  }
}

}  // namespace brobygger
