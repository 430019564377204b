// The citizen's rights over what one service keeps for one agency (proto/brobygger/rights): the same decisions for every service.
// A service says which kinds it keeps about a citizen, and whether something is under way that has to be ended before it is erased.
//
// The runtime has checked the ticket (ticket.h): the call's presence is the citizen's, in the agency whose records these are.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "brobygger/rights/v1/rights.pb.h"
#include "services/runtime/decide.h"
#include "services/runtime/spec.h"

namespace brobygger {

// How many statements a citizen can add to what one service keeps, and how many of them by the word of one member of staff: nobody fills
// the citizen's place.
inline constexpr int kMaxStatements = 50, kMaxStatementsByStaff = 20;
// How many of each category a door shows, the newest.
inline constexpr int kStatementsInFile = 3;
// Records of one kind on one page of an export: the page stays below what a transport takes.
inline constexpr int kExportPage = 20;
// The same of readings, which are short.
inline constexpr int kReadingsPage = 100;

// Records of one kind about one citizen, newest first, with the cursor of the next page.
struct KeptPage {
  std::vector<std::shared_ptr<const Message>> records;
  std::string next;
};

// One kind that is kept about citizens. `citizen` is the reference without "citizens/".
struct KeptKind {
  std::string kind, title_da, title_en;
  std::function<absl::StatusOr<KeptPage>(View& view, const std::string& citizen, const std::string& after)> page;
};

// The record whose id is the citizen's.
template <class T>
KeptKind KeptOne(const EntitySet& entities, std::string title_da, std::string title_en) {
  return {entities.For(T::descriptor()).kind, std::move(title_da), std::move(title_en),
          [](View& view, const std::string& citizen, const std::string&) -> absl::StatusOr<KeptPage> {
            BB_ASSIGN_OR_RETURN(const T* record, view.Find<T>(citizen));
            KeptPage page;
            if (record != nullptr) page.records.push_back(std::make_shared<T>(*record));
            return page;
          }};
}
// The records that the index "by-citizen" lists.
template <class T>
KeptKind KeptByCitizen(const EntitySet& entities, std::string title_da, std::string title_en) {
  return {entities.For(T::descriptor()).kind, std::move(title_da), std::move(title_en),
          [](View& view, const std::string& citizen, const std::string& after) -> absl::StatusOr<KeptPage> {
            BB_ASSIGN_OR_RETURN(const Listed<T> listed, view.Page<T>("by-citizen", citizen, kExportPage, after));
            KeptPage page;
            page.next = listed.next;
            for (const auto& [id, record] : listed.records) page.records.push_back(std::make_shared<T>(*record));
            return page;
          }};
}

struct RightsRules {
  const EntitySet* entities = nullptr;  // with StatementEntity()
  std::vector<KeptKind> kinds;          // all that are sealed for citizens, but the statements and the readings
  // What a statement can be about here.
  std::vector<type::v1::DataCategory> about;
  // OK, or the refusal that names what has to be ended first. Empty: nothing ever.
  std::function<absl::Status(View& view, const std::string& citizen)> may_erase;
  // Puts what the door shows of the statements into the file. Empty: the door shows none.
  std::function<absl::Status(const Call&, View& view, const std::string& citizen, const rights::v1::StatementsInFile&, Decision*)> put_in_file;
};

// The kind of the statements, to be among the service's entities: sealed for the citizen, as what they are about is.
EntityType StatementEntity();

// `service` is the service's own …RightsService.
Module RightsModule(const google::protobuf::ServiceDescriptor* service, std::string prefix, RightsRules rules);

}  // namespace brobygger
