// The house as it runs, for the road tests of its services: gRPC over mutual TLS, tokens, a real Redis. The consent service is down.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "services/dropin/service.h"
#include "services/runtime/crypto.h"
#include "services/runtime/door.h"
#include "services/runtime/runtime.h"
#include "services/runtime/testing/world.h"

namespace brobygger::dropin {

inline constexpr char kPerron[] = "agencies/perron-4";
inline constexpr char kRoadDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.dropin.v1.DropinService" peer: "dropin" } }
  agencies { name: "agencies/slotsgaarden" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.dropin.v1.DropinService" peer: "dropin" } }
  agencies { name: "agencies/jobcenter" kind: AGENCY_KIND_JOB_CENTRE }
)pb";

// One process for all tests of a binary.
class RunningHouse : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::World(kRoadDirectory);
    auto links = std::make_shared<LinkCheck>();
    ServiceSpec spec;
    spec.name = "dropin";
    spec.modules = DropinModules(links);
    runtime::ServiceConfig config = world_->Config("dropin");
    config.mutable_consent()->set_target("127.0.0.1:1");
    config.mutable_consent()->set_name("consent");
    auto runtime = Runtime::Create(config, spec);
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = runtime->release();
    ASSERT_TRUE(AttachDoor(*runtime_).ok());
    const crypto::StatementVerifier* statements = runtime_->statements();
    links->verify = [statements](absl::string_view bytes, absl::string_view signature) { return statements->Verify(bytes, signature); };
    const absl::Status started = runtime_->Start();
    ASSERT_TRUE(started.ok()) << started;
    gateway_ = world_->Client("gateway", "dropin", runtime_->port()).release();
  }
  static void TearDownTestSuite() {
    delete gateway_;
    delete runtime_;
    delete world_;
  }
  // Asked again with the same request_id while too much happens at once.
  template <class Response>
  static absl::StatusOr<Response> Ask(const std::string& method, const Message& request, const std::string& role = "DROPIN_STAFF",
                                      const std::string& agency = kPerron) {
    while (true) {
      Response response;
      const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.dropin.v1.", method), request, &response,
                                           testing::Bearer(world_->issuer.Staff(agency, role)));
      if (s.ok()) return response;
      if (s.code() != absl::StatusCode::kAborted) return s;
      absl::SleepFor(absl::Milliseconds(2));
    }
  }
  template <class Response, class Request>
  static absl::StatusOr<Response> Act(const std::string& method, Request request, const std::string& role = "DROPIN_STAFF") {
    request.set_request_id(crypto::NewId());
    return Ask<Response>(method, request, role);
  }
  static std::string Alias(const std::string& alias) {
    v1::CreateParticipantRequest request;
    request.set_alias(alias);
    auto response = Act<v1::CreateParticipantResponse>("DropinService/CreateParticipant", request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->participant().name() : "";
  }

  // Whether any file of Redis holds the text in clear.
  static bool AtRest(absl::string_view text) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world_->redis.dir())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (absl::StrContains(content, text)) return true;
    }
    return false;
  }

  inline static testing::World* world_ = nullptr;
  inline static Runtime* runtime_ = nullptr;
  inline static RpcClient* gateway_ = nullptr;
};

}  // namespace brobygger::dropin
