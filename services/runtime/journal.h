// What was taken away, written apart from the stores: withdrawals, closed doors, replaced code cards, what serves once and has
// served, destroyed data keys. A store that is put back from an older copy would give all of that back; the journal is replayed into it
// before it serves (replay.h). Nothing in it can open anything, so reading it twice or in another order does no harm.
//
// One file for each process at a time, "<service>.<n>.journal", only ever appended to, one line each:
//
//   <base of the scope> <number> <sealed note in hex> <tag in hex> <first 16 hex digits of the SHA-256 of what stands before>
//
// Notes are sealed under a key of the scope; bases name a service and an agency. Numbers are given by the store, without gaps in a
// scope, so that store and journal tell which of them is older; the tag binds number and note, so that no line takes another's place. A line that a power cut left half written is cut off when its file is
// taken up again: nobody was answered, and it still waits in the store.
//
// Threads: any.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brobygger {

class Journal {
 public:
  struct Line {
    std::string base;  // "consent:{trust}:"
    std::uint64_t number = 0;
    std::string sealed;  // empty: says only that the journal begins after this number
    std::string tag{};   // binds number and note (Store::TagOf); not kept in the store: whoever reads the line there makes it
  };

  // Takes up or makes a file of the service in `dir`. `alarm`: called with "journal_not_written" when writing begins to fail.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& dir, const std::string& service, std::function<void(const char*)> alarm);
  ~Journal();

  // Every whole line of every file of the service. DATA_LOSS names file and line of what is neither whole nor at a file's end.
  absl::Status ForEach(const std::function<void(const Line&)>& line) const;

  // `tried` once the lines are on disk, or could not be written; then they are tried again until they can. `written` for each that is on
  // disk. Both on the journal's thread. After Stop: `tried` at once with UNAVAILABLE.
  void Append(std::vector<Line> lines, std::function<void(absl::Status)> tried, std::function<void(const Line&)> written);
  absl::Status AppendAndWait(std::vector<Line> lines);
  // What could not be written is left to the store.
  void Stop();

  // How many lines of a scope this process knows to have been given out, 0 at first; it only rises. A store that knows of fewer was
  // put back from an older copy and takes no commit (store.lua).
  std::uint64_t Given(const std::string& base) const;
  void SawGiven(const std::string& base, std::uint64_t number);

 private:
  struct Item {
    std::vector<Line> lines;
    std::function<void(absl::Status)> tried;
    std::function<void(const Line&)> written;
  };
  Journal(std::string dir, std::string service, int fd, std::int64_t size, std::function<void(const char*)> alarm);
  void Run();
  bool Write(const std::string& text);

  const std::string dir_, service_;
  const int fd_;
  std::int64_t size_;  // of what is whole and on disk. On its thread
  const std::function<void(const char*)> alarm_;
  mutable std::mutex given_mutex_;
  std::map<std::string, std::uint64_t> given_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace brobygger
