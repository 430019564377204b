// Keys are in the memory of a process: nothing of it may end up elsewhere.
#pragma once

namespace brobygger {

// No core dump from now on, and no process of the same user may read this one's memory or environment. First thing in main.
void GuardMemory();

}  // namespace brobygger
