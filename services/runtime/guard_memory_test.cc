#include "services/runtime/guard_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "gtest/gtest.h"

namespace brobygger {
namespace {

TEST(GuardMemory, LeavesNoCoreAndCannotBeReadByOthers) {
  GuardMemory();
  rlimit core{1, 1};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &core), 0);
  EXPECT_EQ(core.rlim_cur, 0u);
  EXPECT_EQ(core.rlim_max, 0u) << "nothing in the process can raise it again";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
#endif
}

}  // namespace
}  // namespace brobygger
