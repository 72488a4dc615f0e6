// Linux calls that `import Glibc` does not show, because its module is built without
// _GNU_SOURCE. Declarations and one-line shims only; no logic in C.
#ifndef PORTSIDE_CLINUX_H
#define PORTSIDE_CLINUX_H

#include <sys/vfs.h>
#include <linux/filter.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <wchar.h>

extern ssize_t splice(int fd_in, int64_t *off_in, int fd_out, int64_t *off_out, size_t len,
                      unsigned int flags);
extern int eventfd(unsigned int initval, int flags);
extern int pipe2(int pipefd[2], int flags);
extern int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags);
extern int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath,
                     unsigned int flags);
extern int wcwidth(wchar_t c);
extern int posix_openpt(int flags);
extern int grantpt(int fd);
extern int unlockpt(int fd);
extern int ptsname_r(int fd, char *buf, size_t buflen);
extern int fcntl(int fd, int cmd, ...);
extern int mallopt(int param, int value);

static const unsigned int cl_splice_move = 1;      // SPLICE_F_MOVE
static const unsigned int cl_splice_nonblock = 2;  // SPLICE_F_NONBLOCK
static const int cl_ip_bind_address_no_port = 24;  // IP_BIND_ADDRESS_NO_PORT (Linux 4.2)
static const unsigned int cl_rename_noreplace = 1; // RENAME_NOREPLACE
static const int cl_malloc_arena_max = -8;         // M_ARENA_MAX
static const short cl_spawn_setsid = 0x80;         // POSIX_SPAWN_SETSID

// Nothing that arrives at the socket gets through (a filter that returns 0), or everything again.
static inline int cl_hold_arrivals(int fd) {
    struct sock_filter none = {0x06, 0, 0, 0};
    struct sock_fprog program = {1, &none};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
static inline int cl_admit_arrivals(int fd) {
    int ignored = 0;
    return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof ignored);
}

// F_SETPIPE_SZ; the new capacity in bytes, or -1.
/* Where the kernel put the first argument, and the others behind it; glibc's, hidden without _GNU_SOURCE. */
extern char *program_invocation_name;
static inline char *cl_first_argument(void) { return program_invocation_name; }

/* No core file, and no other program of this user may look into the memory: prctl takes variable arguments. */
static inline int cl_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int cl_set_pipe_size(int fd, int bytes) { return fcntl(fd, 1031, bytes); }

/// The kind of file system that holds a path, as statfs(2) has it; -1 where it cannot be told.
static inline long cl_file_system(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (long)status.f_type : -1;
}

#endif
