#include "services/consent/authorise_script.h"

#include <utility>

namespace brobygger::consent {

void RunGate(Redis* trust, std::vector<std::string> arguments, Redis::Callback done) {
  std::vector<std::string> argv = {"FCALL", "bb_authorise", "1"};
  for (std::string& argument : arguments) argv.push_back(std::move(argument));
  trust->Command(std::move(argv), std::move(done));
}

}  // namespace brobygger::consent
