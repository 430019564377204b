#include "services/runtime/access.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/notebook.pb.h"

namespace brobygger {
namespace {

Directory SomeDirectory() {
  runtime::Directory d;
  google::protobuf::TextFormat::ParseFromString(R"pb(
    agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "s" peer: "dropin" } }
    agencies { name: "agencies/housing" kind: AGENCY_KIND_HOUSING_UNIT }
    practitioners { person: "anna" agency: "agencies/housing" roles: ROLE_HOUSING_ADVISER }
    practitioners { person: "ops" agency: "agencies/housing" roles: ROLE_OPS })pb", &d);
  return *Directory::Make(std::move(d));
}

Caller Who(const std::string& agency, type::v1::Role role) {
  Caller c;
  c.person = *PersonId::Parse("p");
  if (!agency.empty()) c.agency = *AgencyId::Parse(agency);
  c.roles = {role};
  return c;
}

struct Case {
  const google::protobuf::ServiceDescriptor* service;
  const char* method;
  const char* peer;
  const char* agency;
  type::v1::Role role;
  const char* on_behalf_of;
  const char* reason;  // "": admitted
};

TEST(AccessTest, Table) {
  const Directory directory = SomeDirectory();
  const auto* file = testing::notebook::Note::descriptor()->file();
  const auto* note = file->FindServiceByName("NotebookService");
  const auto* word = file->FindServiceByName("WordService");
  using namespace type::v1;
  const char* perron = "agencies/perron-4";
  const char* housing = "agencies/housing";
  const Case cases[] = {
      // OWN: gateway, own system; by role
      {note, "GetNote", "gateway", perron, ROLE_DROPIN_STAFF, "", ""},
      {note, "GetNote", "system/perron-4", perron, ROLE_DROPIN_STAFF, "", ""},
      {note, "GetNote", "system/housing", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "coordination", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "housing", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "consent", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "gateway/x", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "gateway", perron, ROLE_HOUSING_ADVISER, "", "ROLE_NOT_ALLOWED"},
      {note, "GetNote", "gateway", "", ROLE_CITIZEN, "", "ROLE_NOT_ALLOWED"},
      {note, "GetNote", "system/", "", ROLE_CITIZEN, "", "PEER_NOT_ALLOWED"},
      {note, "GetNote", "gateway", "agencies/elsewhere", ROLE_DROPIN_STAFF, "", "AGENCY_UNKNOWN"},
      {note, "GetNote", "system/perron-4", perron, ROLE_SYSTEM, "", "ROLE_NOT_ALLOWED"},
      {note, "WriteNote", "system/perron-4", perron, ROLE_SYSTEM, "", ""},
      {note, "WriteNote", "system/perron-4", perron, ROLE_SYSTEM, "anna", "ON_BEHALF_OF_NOT_ALLOWED"},
      // DOOR: gateway, coordination, the asking agency's system on behalf of a listed practitioner
      {note, "GetCitizenFile", "gateway", housing, ROLE_HOUSING_ADVISER, "", ""},
      {note, "GetCitizenFile", "coordination", housing, ROLE_HOUSING_ADVISER, "", ""},
      {note, "GetCitizenFile", "dropin", housing, ROLE_HOUSING_ADVISER, "", "PEER_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/perron-4", housing, ROLE_HOUSING_ADVISER, "", "PEER_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/housing", housing, ROLE_SYSTEM, "", "ON_BEHALF_OF_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/housing", housing, ROLE_SYSTEM, "anna", ""},
      {note, "GetCitizenFile", "system/housing", housing, ROLE_SYSTEM, "berit", "ON_BEHALF_OF_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/housing", housing, ROLE_SYSTEM, "ops", "ROLE_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/perron-4", perron, ROLE_SYSTEM, "anna", "ON_BEHALF_OF_NOT_ALLOWED"},
      {note, "GetCitizenFile", "system/housing", housing, ROLE_HOUSING_ADVISER, "anna", "ON_BEHALF_OF_NOT_ALLOWED"},
      {note, "GetCitizenFile", "gateway", "", ROLE_CITIZEN, "", "ROLE_NOT_ALLOWED"},
      // CITIZEN: the gateway
      {word, "Withdraw", "gateway", "", ROLE_CITIZEN, "", ""},
      {word, "Withdraw", "gateway", perron, ROLE_DROPIN_STAFF, "", ""},
      {word, "Withdraw", "system/perron-4", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {word, "Withdraw", "coordination", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
      {word, "Withdraw", "gateway", perron, ROLE_SYSTEM, "", "ROLE_NOT_ALLOWED"},
      // PUBLIC: anybody with a certificate
      {word, "Hours", "housing", "", ROLE_UNSPECIFIED, "", ""},
      // PEER never comes this way
      {word, "Ask", "dropin", perron, ROLE_DROPIN_STAFF, "", "PEER_NOT_ALLOWED"},
  };
  for (const Case& c : cases) {
    Caller caller = Who(c.agency, c.role);
    const absl::Status s = Admit(AccessOf(c.service->FindMethodByName(c.method)), {c.peer, c.on_behalf_of}, directory, &caller);
    const std::string what = absl::StrCat(c.method, " ", c.peer, " ", c.agency, " ", c.role, " ", c.on_behalf_of);
    EXPECT_EQ(s.ok() ? "" : ReasonOf(s), c.reason) << what;
    if (s.ok() && *c.on_behalf_of != '\0') {
      EXPECT_EQ(caller.person.value(), c.on_behalf_of);
      EXPECT_EQ(caller.roles, std::vector<type::v1::Role>{ROLE_HOUSING_ADVISER}) << "the practitioner's roles count, not the system's";
    }
  }
}

// The gate is asked only about people whom it refuses, too.
TEST(AccessTest, WhoMayAskForNothing) {
  EXPECT_TRUE(RefusedByTheGateToo(Who("agencies/housing", type::v1::ROLE_LEADER)));
  EXPECT_FALSE(RefusedByTheGateToo(Who("", type::v1::ROLE_LEADER)));
  EXPECT_FALSE(RefusedByTheGateToo(Who("", type::v1::ROLE_CITIZEN))) << "a citizen's own login is nobody of an agency";
  Caller both = Who("agencies/housing", type::v1::ROLE_LEADER);
  both.roles.push_back(type::v1::ROLE_HOUSING_ADVISER);
  EXPECT_FALSE(RefusedByTheGateToo(both));
  Caller none = Who("agencies/housing", type::v1::ROLE_LEADER);
  none.roles.clear();
  EXPECT_TRUE(RefusedByTheGateToo(none));
}

}  // namespace
}  // namespace brobygger
