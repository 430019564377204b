// The notebook service as a process, for tests of starting and stopping.
#include "services/runtime/main.h"
#include "services/runtime/testing/notebook.h"

int main(int argc, char** argv) {
  return brobygger::RunService(argc, argv, brobygger::testing::Notebook(), [](brobygger::Runtime& runtime) {
    runtime.dispatcher().SetDoor([](brobygger::DoorCall call) { call.incoming.reply(brobygger::ConsentRequired(), ""); });
    runtime.dispatcher().SetRaw(brobygger::testing::NotebookMethod("Ask"), [](brobygger::Incoming in) { in.reply(absl::OkStatus(), ""); });
    runtime.dispatcher().SetStream(brobygger::testing::NotebookMethod("Talk"), [](brobygger::IncomingStream) { return brobygger::StreamEars(); });
    return absl::OkStatus();
  });
}
