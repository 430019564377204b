// For whoever administers the stores; the services' own users may do none of it.
//
//   brobygger-keeper sweep  SOCKET PASSWORD_FILE
//   brobygger-keeper erase  SOCKET PASSWORD_FILE PREFIX SLUG KEYS_DIR JOURNAL_DIR SERVICE OWNER
//   brobygger-keeper rotate SOCKET PASSWORD_FILE PREFIX SLUG KEYS_DIR [--remove-old]
//
// Signs in as "admin". Ends with 0 (done), 1 (not done: the same command goes on), 2 (wrong arguments). Keys are read from files and
// stand in no argument and no line of what it prints.
#include <iostream>
#include <string>
#include <vector>

#include "services/keeper/erase.h"
#include "services/keeper/rotate.h"
#include "services/keeper/sweep.h"
#include "services/runtime/guard_memory.h"
#include "services/runtime/status.h"

namespace brobygger::keeper {
namespace {

absl::StatusOr<std::unique_ptr<Redis>> Open(const std::vector<std::string>& arguments) {
  runtime::Redis config;
  config.set_socket(arguments[1]);
  config.set_user("admin");
  config.set_password_file(arguments[2]);
  return Redis::Connect(config);
}

absl::Status RunSweep(const std::vector<std::string>& arguments) {
  BB_ASSIGN_OR_RETURN(const std::unique_ptr<Redis> redis, Open(arguments));
  BB_ASSIGN_OR_RETURN(const Swept swept, Sweep(redis.get()));
  std::cout << "swept: " << swept.keys << " destroyed keys, " << swept.records << " records, " << swept.answers << " answers, " << swept.names << " names"
            << std::endl;
  return absl::OkStatus();
}

absl::Status RunRotate(const std::vector<std::string>& arguments, bool remove_old) {
  BB_ASSIGN_OR_RETURN(const std::unique_ptr<Redis> redis, Open(arguments));
  BB_ASSIGN_OR_RETURN(const Rotated r, Rotate(redis.get(), arguments[3], arguments[4], arguments[5], remove_old));
  std::cout << arguments[3] << " " << arguments[4] << ": " << (r.went_on ? "went on, " : "") << r.rewrapped << " wrapped anew, all " << r.keys
            << " data keys need the new master key alone" << std::endl;
  if (!r.old_file.empty()) std::cout << "  may go once no backup from before is kept: " << r.old_file << std::endl;
  return absl::OkStatus();
}

absl::Status RunErase(const std::vector<std::string>& arguments) {
  BB_ASSIGN_OR_RETURN(const std::unique_ptr<Redis> redis, Open(arguments));
  BB_ASSIGN_OR_RETURN(const Erased erased, Erase(redis.get(), {arguments[7], arguments[3], arguments[4], arguments[5], arguments[6]}, arguments[8]));
  std::cout << arguments[7] << ": "
            << (erased == Erased::kErased ? "erased" : erased == Erased::kErasedBefore ? "erased before" : "nothing kept under this reference") << std::endl;
  return absl::OkStatus();
}

int Main(std::vector<std::string> arguments) {
  GuardMemory();
  const bool remove_old = !arguments.empty() && arguments.back() == "--remove-old";
  if (remove_old) arguments.pop_back();
  absl::Status status;
  if (arguments.size() == 3 && arguments[0] == "sweep" && !remove_old) {
    status = RunSweep(arguments);
  } else if (arguments.size() == 9 && arguments[0] == "erase" && !remove_old) {
    status = RunErase(arguments);
  } else if (arguments.size() == 6 && arguments[0] == "rotate") {
    status = RunRotate(arguments, remove_old);
  } else {
    std::cerr << "usage: brobygger-keeper sweep SOCKET PASSWORD_FILE | erase SOCKET PASSWORD_FILE PREFIX SLUG KEYS_DIR JOURNAL_DIR SERVICE OWNER | rotate SOCKET PASSWORD_FILE PREFIX SLUG KEYS_DIR [--remove-old]" << std::endl;
    return 2;
  }
  if (status.ok()) return 0;
  std::cerr << "brobygger-keeper: " << status.message() << std::endl;
  return 1;
}

}  // namespace
}  // namespace brobygger::keeper

int main(int argc, char** argv) { return brobygger::keeper::Main(std::vector<std::string>(argv + 1, argv + argc)); }
