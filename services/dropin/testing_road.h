// The house as it runs, for the road tests of its services: gRPC over mutual TLS, tokens, a real Redis. The consent service is down.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "brobygger/dropin/v1/participant.pb.h"
#include "services/dropin/service.h"
#include "services/runtime/crypto.h"
#include "services/runtime/door.h"
#include "services/runtime/runtime.h"
#include "services/runtime/testing/world.h"

namespace brobygger::dropin {

inline constexpr char kRoadDirectory[] = R"pb(
  agencies { name: "agencies/perron-4" kind: AGENCY_KIND_DROP_IN_CENTRE doors { service: "brobygger.dropin.v1.DropinService" peer: "dropin" } }
)pb";

// One process for all tests of a binary.
class RunningHouse : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new testing::World(kRoadDirectory);
    ServiceSpec spec;
    spec.name = "dropin";
    spec.modules = DropinModules(std::make_shared<LinkCheck>());
    runtime::ServiceConfig config = world_->Config("dropin");
    config.mutable_consent()->set_target("127.0.0.1:1");
    config.mutable_consent()->set_name("consent");
    auto runtime = Runtime::Create(config, spec);
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = runtime->release();
    ASSERT_TRUE(AttachDoor(*runtime_).ok());
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
  static absl::StatusOr<Response> Ask(const std::string& method, const Message& request, const std::string& role = "DROPIN_STAFF") {
    while (true) {
      Response response;
      const absl::Status s = testing::Call(*gateway_, absl::StrCat("/brobygger.dropin.v1.", method), request, &response,
                                           testing::Bearer(world_->issuer.Staff("agencies/perron-4", role)));
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

  inline static testing::World* world_ = nullptr;
  inline static Runtime* runtime_ = nullptr;
  inline static RpcClient* gateway_ = nullptr;
};

}  // namespace brobygger::dropin
