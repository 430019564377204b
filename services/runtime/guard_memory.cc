#include "services/runtime/guard_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace brobygger {

void GuardMemory() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // sanitizers look at the process from outside
  prctl(PR_SET_DUMPABLE, 0);
#endif
}

}  // namespace brobygger
