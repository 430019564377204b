// Each rule of the contract check, with a small contract that breaks it. A rule that did not fire would let the fault
// through silently, so each case says exactly which faults there are.
#include "services/runtime/contracts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "brobygger/policy/v1/policy.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/compiler/parser.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"

namespace brobygger {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using testing::ElementsAre;
using testing::IsEmpty;

struct Errors : google::protobuf::io::ErrorCollector, DescriptorPool::ErrorCollector {
  void AddError(int line, int column, const std::string& message) override { ADD_FAILURE() << line << ":" << column << ": " << message; }
  void AddError(const std::string& file, const std::string& element, const google::protobuf::Message*, ErrorLocation, const std::string& message) override {
    ADD_FAILURE() << file << ": " << element << ": " << message;
  }
};

// The faults of one contract, given as .proto text without its head.
std::vector<std::string> Faults(const std::string& body, const std::string& package = "brobygger.thing.v1",
                                const std::string& path = "brobygger/thing/v1/thing.proto") {
  const std::string text = absl::StrCat(
      "syntax = \"proto3\";\npackage ", package, ";\n",
      "import \"brobygger/policy/v1/policy.proto\"; import \"brobygger/type/v1/type.proto\"; import \"google/protobuf/timestamp.proto\";\n"
      "import \"google/protobuf/struct.proto\"; import \"google/protobuf/any.proto\";\n",
      // Short words for what every case says.
      absl::StrReplaceAll(body, {{"$none", "(brobygger.policy.v1.category) = DATA_CATEGORY_NON_PERSONAL"},
                                 {"$category", "(brobygger.policy.v1.category)"},
                                 {"$rules", "(brobygger.policy.v1.rules)"},
                                 {"$method", "option (brobygger.policy.v1.method)"},
                                 {"$type", "brobygger.type.v1"}}));
  Errors errors;
  google::protobuf::io::ArrayInputStream in(text.data(), static_cast<int>(text.size()));
  google::protobuf::io::Tokenizer tokenizer(&in, &errors);
  google::protobuf::compiler::Parser parser;
  parser.RecordErrorsTo(&errors);
  FileDescriptorProto file;
  EXPECT_TRUE(parser.Parse(&tokenizer, &file)) << text;
  file.set_name(path);
  google::protobuf::SimpleDescriptorDatabase database;
  database.Add(file);
  for (const auto* known : {google::protobuf::DescriptorProto::descriptor()->file(), google::protobuf::Timestamp::descriptor()->file(),
                            google::protobuf::Struct::descriptor()->file(), google::protobuf::Any::descriptor()->file(),
                            type::v1::Date::descriptor()->file(), policy::v1::Rules::descriptor()->file()}) {
    FileDescriptorProto copy;
    known->CopyTo(&copy);
    database.Add(copy);
  }
  DescriptorPool pool(&database, &errors);
  const auto* built = pool.FindFileByName(path);
  if (built == nullptr) return {"not built"};
  return ContractFaults({built});
}

std::vector<std::string> Dropin(const std::string& body) { return Faults(body, "brobygger.dropin.v1", "brobygger/dropin/v1/thing.proto"); }

constexpr char kRequestId[] = "string request_id = 15 [$none, $rules = {required: true format: FORMAT_REQUEST_ID}];";

TEST(ContractsTest, ASoundContractHasNoFault) {
  EXPECT_THAT(Faults(absl::StrCat(R"(
      service S {
        rpc Change(ChangeRequest) returns (R) { $method = {access: ACCESS_CLASS_OWN roles: ROLE_SKP presence: PRESENCE_NEED_STATED}; }
        rpc Look(LookRequest) returns (R) { $method = {access: ACCESS_CLASS_OWN groups: ROLE_GROUP_PRACTITIONERS read_only: true}; }
        rpc View(LookRequest) returns (R) { $method = {access: ACCESS_CLASS_CITIZEN roles: ROLE_CITIZEN looks_only: true}; }
        rpc Ask(LookRequest) returns (R) { $method = {access: ACCESS_CLASS_PEER}; }
        rpc Public(LookRequest) returns (R) { $method = {access: ACCESS_CLASS_PUBLIC read_only: true}; }
      }
      message ChangeRequest { $type.Presence presence = 1 [$none, $rules.required = true]; )", kRequestId, R"( }
      message LookRequest { $type.Date day = 1 [$none]; google.protobuf.Timestamp time = 2 [$none]; map<string, int32> m = 3 [$none]; }
      message R { bytes b = 1 [$none]; }
      message Contact {
        option (brobygger.policy.v1.third_persons) = true;
        string name = 1 [$category = DATA_CATEGORY_NETWORK];
      })")),
              IsEmpty());
}

TEST(ContractsTest, OtherPackagesAreNotLookedAt) {
  EXPECT_THAT(Faults("message M { int32 a = 1; }", "google.rpc", "google/rpc/x.proto"), IsEmpty());
  EXPECT_THAT(Faults("message M { int32 a = 1; }", "brobygger.type.v1", "brobygger/type/v1/x.proto"), IsEmpty());
  EXPECT_THAT(Faults("message M { int32 a = 1; }", "brobygger.policy.v1", "brobygger/policy/v1/x.proto"), IsEmpty());
  EXPECT_THAT(Faults("message M { int32 a = 1; }", "brobyggerx.v1", "other/x.proto"), IsEmpty());
}

TEST(ContractsTest, EveryFieldHasACategory) {
  EXPECT_THAT(Faults("message M { int32 a = 1; message In { int32 b = 1; } oneof o { int32 c = 2 [$none]; } In in = 3 [$category = DATA_CATEGORY_UNSPECIFIED]; }"),
              ElementsAre("brobygger.thing.v1.M.a: has no data category", "brobygger.thing.v1.M.in: has no data category",
                          "brobygger.thing.v1.M.In.b: has no data category"));
  EXPECT_THAT(Faults("message M { map<string, int32> a = 1; }"), ElementsAre("brobygger.thing.v1.M.a: has no data category"));
}

TEST(ContractsTest, ThirdPersonsStandInMessagesOfTheirOwn) {
  EXPECT_THAT(Faults("message M { string a = 1 [$category = DATA_CATEGORY_NETWORK]; }"),
              ElementsAre("brobygger.thing.v1.M.a: NETWORK outside a message of its own (option third_persons)"));
}

TEST(ContractsTest, OnlyPurposesFitTheCategory) {
  EXPECT_THAT(Faults("message M { int32 a = 1 [$category = DATA_CATEGORY_JUSTICE, (brobygger.policy.v1.only_purposes) = PURPOSE_ACUTE_HELP]; "
                     "int32 b = 2 [$category = DATA_CATEGORY_JUSTICE, (brobygger.policy.v1.only_purposes) = PURPOSE_FIND_AND_KEEP_HOME]; "
                     "int32 c = 3 [$category = DATA_CATEGORY_JUSTICE, (brobygger.policy.v1.only_purposes) = PURPOSE_UNSPECIFIED]; }"),
              ElementsAre("brobygger.thing.v1.M.a: only_purposes names a purpose that never allows its category",
                          "brobygger.thing.v1.M.c: only_purposes names a purpose that does not exist"));
}

TEST(ContractsTest, DirectoryIsPackageIsVersion) {
  EXPECT_THAT(Faults("", "brobygger.thing.v1", "brobygger/other/v1/thing.proto"),
              ElementsAre("brobygger/other/v1/thing.proto: want it in brobygger/thing/v1/, as its package says"));
  EXPECT_THAT(Faults("", "brobygger.thing", "brobygger/thing/thing.proto"),
              ElementsAre("brobygger/thing/thing.proto: want a package that ends with its version, such as v1"));
  EXPECT_THAT(Faults("", "brobygger.thing.v", "brobygger/thing/v/thing.proto").size(), 1u);
  EXPECT_THAT(Faults("", "brobygger.thing.v1beta", "brobygger/thing/v1beta/thing.proto").size(), 1u);
}

// One method `M(Q) returns (R)` with this policy, and this request.
std::vector<std::string> Method(const std::string& policy, const std::string& request = "") {
  std::vector<std::string> faults;
  for (const std::string& f : Faults(absl::StrCat("service S { rpc M(Q) returns (R) { ", policy.empty() ? "" : absl::StrCat("$method = {", policy, "};"),
                                                  " } } message Q { ", request, " } message R {}"))) {
    faults.push_back(absl::StrReplaceAll(f, {{"brobygger.thing.v1.S.M: ", ""}}));
  }
  return faults;
}

TEST(ContractsTest, EveryMethodHasAnAccessClassAndRoles) {
  EXPECT_THAT(Method(""), ElementsAre("has no access class"));
  EXPECT_THAT(Method("roles: ROLE_SKP"), ElementsAre("has no access class"));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN read_only: true"), ElementsAre("has no roles"));
  EXPECT_THAT(Method("access: ACCESS_CLASS_CITIZEN looks_only: true"), ElementsAre("has no roles"));
  EXPECT_THAT(Method("access: ACCESS_CLASS_PEER"), IsEmpty());
}

TEST(ContractsTest, WhatChangesSomethingHasARequestId) {
  const std::string fault = "changes something, so its request needs a required request_id of FORMAT_REQUEST_ID";
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP"), ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_CITIZEN roles: ROLE_SKP"), ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP", kRequestId), IsEmpty());
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP", "string request_id = 15 [$none, $rules.required = true];"), ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP", "string request_id = 15 [$none, $rules.format = FORMAT_REQUEST_ID];"), ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP looks_only: true"), ElementsAre("looks_only is for CITIZEN views; others say read_only"));
}

TEST(ContractsTest, PresenceHasItsField) {
  const std::string fault = "needs the citizen's presence, so its request needs a required presence";
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP read_only: true presence: PRESENCE_NEED_STATED"), ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP read_only: true presence: PRESENCE_NEED_SIGNED", "$type.Presence presence = 1 [$none];"),
              ElementsAre(fault));
  EXPECT_THAT(Method("access: ACCESS_CLASS_OWN roles: ROLE_SKP read_only: true presence: PRESENCE_NEED_SIGNED",
                     "$type.Presence presence = 1 [$none, $rules.required = true];"),
              IsEmpty());
}

TEST(ContractsTest, NoOpenTypesInRequests) {
  for (const std::string open : {"Struct", "Value", "ListValue", "Any"}) {
    const auto faults = Method("access: ACCESS_CLASS_PUBLIC", absl::StrCat("repeated In in = 1 [$none]; message In { google.protobuf.", open, " s = 1 [$none]; }"));
    EXPECT_THAT(faults, testing::Contains(absl::StrCat("its request can hold a google.protobuf.", open))) << open;
  }
}

// --- doors ---

constexpr char kLook[] = R"(message GetCitizenFileRequest {
  string citizen = 1 [$none, $rules = {required: true format: FORMAT_CITIZEN}];
  string holder = 2 [$none, $rules = {required: true format: FORMAT_AGENCY}];
  $type.Purpose purpose = 3 [$none, $rules.required = true];
  repeated $type.DataCategory categories = 4 [$none, $rules = {required: true max_items: 13 unique: true}];
}
)";
constexpr char kShown[] = R"(message GetCitizenFileResponse { File file = 1 [$none]; repeated $type.DataCategory granted_categories = 2 [$none]; }
)";
constexpr char kDoor[] = "rpc GetCitizenFile(GetCitizenFileRequest) returns (GetCitizenFileResponse) "
                         "{ $method = {access: ACCESS_CLASS_DOOR roles: ROLE_SKP read_only: true}; }";
constexpr char kFile[] = "message File { int32 a = 1 [$category = DATA_CATEGORY_HOUSING]; }";

std::vector<std::string> Door(const std::string& methods, const std::string& request = kLook, const std::string& response = kShown,
                              const std::string& file = kFile) {
  std::vector<std::string> faults;
  for (const std::string& f : Faults(absl::StrCat("service S { ", methods, " } ", request, response, file))) {
    faults.push_back(absl::StrReplaceAll(f, {{"brobygger.thing.v1.", ""}}));
  }
  return faults;
}

TEST(ContractsTest, ADoorIsShapedLikeEveryDoor) {
  EXPECT_THAT(Door(kDoor), IsEmpty());
  auto request = [](const char* from, const char* to) { return Door(kDoor, absl::StrReplaceAll(kLook, {{from, to}})); };
  EXPECT_THAT(request("string holder = 2", "string owner = 2"), ElementsAre("GetCitizenFileRequest: want holder = 2, as every door has it"));
  EXPECT_THAT(request("string holder = 2", "string holder = 5"), ElementsAre("GetCitizenFileRequest: want holder = 2, as every door has it"));
  EXPECT_THAT(request("FORMAT_CITIZEN", "FORMAT_RECORD"), ElementsAre("GetCitizenFileRequest: want citizen = 1, as every door has it"));
  EXPECT_THAT(request("$type.Purpose", "$type.Role"), ElementsAre("GetCitizenFileRequest: want purpose = 3, as every door has it"));
  EXPECT_THAT(request("repeated ", ""), ElementsAre("GetCitizenFileRequest: want categories = 4, as every door has it"));
  EXPECT_THAT(request("$none, $rules.required = true", "$none"), ElementsAre("GetCitizenFileRequest.purpose: every field of a look is required"));
  EXPECT_THAT(Door(kDoor, absl::StrReplaceAll(kLook, {{"\n}", "\nstring more = 5 [$none, $rules.required = true];}"}})),
              ElementsAre("GetCitizenFileRequest: want exactly 4 fields, as every door has"));
  EXPECT_THAT(Door(kDoor, kLook, absl::StrReplaceAll(kShown, {{"granted_categories", "granted"}})),
              ElementsAre("GetCitizenFileResponse: want granted_categories = 2, as every door has it"));
  EXPECT_THAT(Door(kDoor, kLook, absl::StrReplaceAll(kShown, {{"File file = 1", "string file = 1"}})),
              ElementsAre("GetCitizenFileResponse: want file = 1, as every door has it"));
  EXPECT_THAT(Door(absl::StrReplaceAll(kDoor, {{"read_only: true", ""}})), ElementsAre("S.GetCitizenFile: a door is read_only"));
  EXPECT_THAT(Door(absl::StrReplaceAll(kDoor, {{"returns (", "returns (stream "}})), ElementsAre("S.GetCitizenFile: a door is unary"));
  EXPECT_THAT(Door(absl::StrReplaceAll(kDoor, {{"roles: ROLE_SKP", ""}})), ElementsAre("S.GetCitizenFile: has no roles"));
}

TEST(ContractsTest, OneDoorPerService) {
  EXPECT_THAT(Door(absl::StrCat(kDoor, absl::StrReplaceAll(kDoor, {{"GetCitizenFile(", "GetOther("}}))),
              ElementsAre("S.GetOther: the door is called GetCitizenFile, and nothing else is", "S: has more than one door"));
  EXPECT_THAT(Door(absl::StrReplaceAll(kDoor, {{"ACCESS_CLASS_DOOR", "ACCESS_CLASS_OWN"}})),
              ElementsAre("S.GetCitizenFile: the door is called GetCitizenFile, and nothing else is"));
}

TEST(ContractsTest, AFileHoldsOnlyWhatTheFilterCanJudge) {
  auto file = [](const char* fields) { return Door(kDoor, kLook, kShown, absl::StrCat("message File { In in = 1 [$none]; message In { ", fields, " } }")); };
  EXPECT_THAT(file("map<string, int32> a = 1 [$none];"), ElementsAre("File.In.a: a file behind a door holds no map"));
  EXPECT_THAT(file("bytes a = 1 [$none];"), ElementsAre("File.In.a: a file behind a door holds no bytes"));
  EXPECT_THAT(file("string a = 1 [$none, $rules.format = FORMAT_CITIZEN];"), ElementsAre("File.In.a: a file behind a door holds no reference of a citizen"));
  EXPECT_THAT(file("string a = 1024 [$none];"), ElementsAre("File.In.a: want a number up to 1023 in a file behind a door"));
  std::string many;
  for (int i = 1; i <= 201; ++i) absl::StrAppend(&many, "int32 f", i, " = ", i, " [$none]; ");
  EXPECT_THAT(file(many.c_str()), ElementsAre("File.In: want at most 200 fields in a file behind a door"));
}

// --- the refuge ---

TEST(ContractsTest, TheRefugeHoldsNoDiagnosisScoreOrNumber) {
  for (const char* name : {"diagnosis", "icd_code", "cpr", "owner_cpr", "sanctions", "score", "total_score", "risk_level", "Diagnoses"}) {
    EXPECT_THAT(Dropin(absl::StrCat("message M { int32 ", name, " = 1 [$none]; }")).size(), 1u) << name;
    EXPECT_THAT(Faults(absl::StrCat("message M { int32 ", name, " = 1 [$none]; }")), IsEmpty()) << name << " elsewhere";
  }
  for (const char* category : {"SUBSTANCE_TREATMENT", "MENTAL_HEALTH", "FINANCES", "JUSTICE"}) {
    EXPECT_THAT(Dropin(absl::StrCat("message M { int32 a = 1 [$category = DATA_CATEGORY_", category, "]; }")),
                ElementsAre(absl::StrCat("brobygger.dropin.v1.M.a: a drop-in contract holds no DATA_CATEGORY_", category)));
  }
  EXPECT_THAT(Dropin("message M { message In { int32 score = 1 [$none]; } }").size(), 1u);
}

TEST(ContractsTest, VisitsAreCountedNeverRegistered) {
  for (const char* name : {"VisitTally", "CountWeek"}) {
    EXPECT_THAT(Dropin(absl::StrCat("message ", name, " { int32 a = 1 [$none]; Sub sub = 2 [$none]; $type.Date day = 3 [$none]; } "
                                    "message Sub { string who = 1 [$category = DATA_CATEGORY_DAILY_LIFE]; }")),
                ElementsAre(absl::StrCat("brobygger.dropin.v1.Sub.who: visits are counted, never registered: ", name, " holds nothing personal")));
  }
  EXPECT_THAT(Dropin("message Other { string who = 1 [$category = DATA_CATEGORY_DAILY_LIFE]; }"), IsEmpty());
}

}  // namespace
}  // namespace brobygger
