// Linux's own calls that the Glibc module does not have, or has only as variadic functions.
#ifndef VEREDUS_CLINUX_SHIM_H
#define VEREDUS_CLINUX_SHIM_H
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/// Names the calling thread, at most 15 bytes are kept: prctl(2), PR_SET_NAME.
static inline void veredus_set_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Lets other threads go first: setpriority(2), which on Linux is about the calling thread alone.
static inline void veredus_set_thread_niceness(int niceness) { setpriority(PRIO_PROCESS, 0, niceness); }

/// A non-blocking eventfd(2) that is closed on exec; -1 and errno on failure.
static inline int veredus_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// glibc 2.34 has them, and declares them only with _GNU_SOURCE.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
// POSIX_SPAWN_SETSID, of glibc 2.26.
static const int veredus_spawn_setsid = 0x80;
#endif
