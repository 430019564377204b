// A citizen's standing together with the screening that is current: what every change of something in the file reads, changes
// and writes back, with the file that follows from it.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "brobygger/housing/v1/screening.pb.h"
#include "services/housing/stored.pb.h"
#include "services/runtime/decide.h"

namespace brobygger::housing {

class Dossier {
 public:
  // Two rounds of reading. `citizen` is the reference without "citizens/".
  static absl::StatusOr<Dossier> Read(View& view, const std::string& citizen);

  stored::Standing standing;
  // The screening that is current from now on.
  void SetScreening(const v1::HomelessnessScreening& screening) { completed_ = screening; }
  // Writes the standing and the file.
  void Write(absl::CivilDay today, Decision* decision) const;

  const std::string& id() const { return id_; }
  std::string citizen() const;

 private:
  std::string id_;
  const v1::HomelessnessScreening* current_ = nullptr;  // the View's
  std::optional<v1::HomelessnessScreening> completed_;
};

}  // namespace brobygger::housing
