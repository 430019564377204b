// What waited too long is not begun.
#include "services/runtime/decide_run.h"

#include <future>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/runtime/status.h"
#include "services/runtime/testing/notebook.h"
#include "services/runtime/testing/notebook.pb.h"

namespace brobygger {
namespace {

using namespace testing::notebook;

class DecideRun : public ::testing::Test {
 protected:
  DecideRun() {
    handler = [this](const Call&, const Message&, View&) -> absl::StatusOr<Decision> {
      ++runs;
      return Decision(HoursResponse());
    };
    method.method = testing::NotebookMethod("Hours");
    method.module = &module;
    method.handler = &handler;
    method.read_only = true;
    tools.slow = &slow;
  }
  std::future<absl::Status> Ask(absl::Duration within) {
    auto answer = std::make_shared<std::promise<absl::Status>>();
    Incoming in;
    in.method = method.method;
    in.deadline = absl::Now() + within;
    in.reply = [answer](absl::Status s, std::string) { answer->set_value(std::move(s)); };
    RunDecided(&method, &tools, std::move(in), Call(), std::make_unique<HoursRequest>());
    return answer->get_future();
  }

  EntitySet entities;
  Module module{.entities = &entities};
  Handler handler;
  DecidedMethod method;
  RunTools tools;
  std::atomic<int> runs{0};
  SlowPool slow{1};
};

TEST_F(DecideRun, ASlowStepThatWaitedPastItsDeadlineDoesNoWork) {
  method.slow = true;
  std::promise<void> busy;
  ASSERT_TRUE(slow.Submit([wait = busy.get_future().share()] { wait.wait(); }));
  std::future<absl::Status> late = Ask(absl::Milliseconds(20)), in_time = Ask(absl::Seconds(60));
  absl::SleepFor(absl::Milliseconds(60));
  busy.set_value();
  const absl::Status s = late.get();
  EXPECT_EQ(s.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(s), "DEADLINE_EXCEEDED");
  EXPECT_TRUE(in_time.get().ok());
  EXPECT_EQ(runs, 1) << "only for the one who still waits";
}

TEST_F(DecideRun, NorDoesAQuickOne) {
  EXPECT_EQ(Ask(-absl::Milliseconds(1)).get().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(Ask(absl::Seconds(60)).get().ok());
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace brobygger
