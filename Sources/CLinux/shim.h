// Linux's own calls that the Glibc module does not have, or has only as variadic functions.
#ifndef VEREDUS_CLINUX_SHIM_H
#define VEREDUS_CLINUX_SHIM_H
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>

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
// glibc 2.28; musl has it as well.
int renameat2(int from, const char *old_name, int to, const char *new_name, unsigned int flags);
// RENAME_NOREPLACE of <linux/fs.h>: EEXIST instead of taking a name's place.
static const unsigned int veredus_rename_noreplace = 1;

// Words of a file that several processes map. The builtins need no lock for 8 aligned bytes, so that the same word can
// be reached at different addresses.
_Static_assert(__atomic_always_lock_free(sizeof(uint64_t), 0), "a word in shared memory must not need a lock");

static inline uint64_t veredus_word(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

/// What another process or thread wrote before it changed the word is seen after this.
static inline uint64_t veredus_word_acquire(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline void veredus_set_word(uint64_t *word, uint64_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/// Whether the word was `from`, and is `to` now; what was written before is seen by whoever sees `to`.
static inline _Bool veredus_change_word(uint64_t *word, uint64_t from, uint64_t to) {
    return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
#endif
