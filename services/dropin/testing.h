// Calls and asking, for the pure tests of the drop-in centre.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "brobygger/dropin/v1/house_event.pb.h"
#include "services/dropin/entities.h"
#include "services/dropin/service.h"
#include "services/runtime/civil.h"
#include "services/runtime/testing/memory_view.h"

namespace brobygger::dropin {

// Saturday 21 November 2026, 10:00 in Copenhagen.
inline absl::Time Noon(absl::CivilDay day = absl::CivilDay(2026, 11, 21), int hour = 10, int minute = 0) {
  return StartOfDay(day) + absl::Hours(hour) + absl::Minutes(minute);
}

inline type::v1::Date Day(int year, int month, int day) { return ToDate(absl::CivilDay(year, month, day)); }

// One drop-in centre in memory, asked as the runtime would ask it.
class House {
 public:
  House() : links(std::make_shared<LinkCheck>()), modules(DropinModules(links)), store(&Entities()) {}

  Call NewCall(absl::Time at) {
    Call call;
    call.agency = *AgencyId::Parse("agencies/perron-4");
    call.person = *PersonId::Parse("vm");
    call.roles = {type::v1::ROLE_DROPIN_STAFF};
    call.now = at;
    call.seed = absl::StrCat("seed-", ++calls_, std::string(20, 'x'));
    return call;
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(const std::string& method, const Request& request, absl::Time at = Noon()) {
    return AskAs<Response>(NewCall(at), method, request);
  }
  // The same by somebody else, or with the presence that the runtime would have checked.
  template <class Response, class Request>
  absl::StatusOr<Response> AskAs(const Call& call, const std::string& method, const Request& request) {
    for (const Module& module : modules) {
      const auto it = module.handlers.find(method);
      if (it != module.handlers.end()) return store.Ask<Response>(it->second, call, request);
    }
    return absl::InternalError("no such method");
  }
  // Everything whose time has come, as the timer would.
  void RunDue(absl::Time at) {
    for (const auto& [kind, id] : store.Due(at)) {
      bool known = false;
      for (const Module& module : modules) {
        const auto it = module.on_due.find(kind);
        if (it == module.on_due.end()) continue;
        known = true;
        EXPECT_TRUE(store.RunDue(it->second, NewCall(at), id).ok());
      }
      ASSERT_TRUE(known) << kind;
    }
  }

  // What the house announced so far, in order.
  std::vector<v1::HouseEventType> Announced() const {
    std::vector<v1::HouseEventType> types;
    for (const auto& event : store.events()) types.push_back(static_cast<const v1::HouseEvent&>(*event).type());
    return types;
  }

  std::shared_ptr<LinkCheck> links;
  std::vector<Module> modules;
  testing::MemoryStore store;

 private:
  int calls_ = 0;
};

}  // namespace brobygger::dropin
