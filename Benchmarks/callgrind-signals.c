/* Lets callgrind count a Swift program. Its main thread waits in sigsuspend with a mask that libdispatch
   keeps in read-only memory; valgrind 3.19 writes to the mask it is given, and dies of it. Preloaded,
   this hands it a copy. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}
