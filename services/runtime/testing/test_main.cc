// Every unit test's main. It ends without exit handlers, as the services do (services/runtime/main.cc): threads of gRPC may
// still be letting go of their last things when a test is over.
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  std::fflush(nullptr);
#ifdef __SANITIZE_ADDRESS__
  __lsan_do_leak_check();  // its own exit handler
#endif
  std::_Exit(result);
}
