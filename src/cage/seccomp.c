/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that a caged process may make. Everything else ends it. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/cage.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the cage knows x86-64 and arm64"
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ARG_LOW(n) LOAD(args[n])
#define GIVE(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF_EQ(v, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (v), (yes), (no))
#define IF_BITS(v, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (v), (yes), (no))
#define ALLOW(call) IF_EQ((uint32_t)(call), 0, 1), GIVE(SECCOMP_RET_ALLOW)
#define REFUSE(call, code) IF_EQ((uint32_t)(call), 0, 1), GIVE(SECCOMP_RET_ERRNO | (code))
/* Memory may be had, but never memory that can be executed. */
#define NOT_EXEC(call)                                                                             \
	IF_EQ((uint32_t)(call), 0, 4), ARG_LOW(2), IF_BITS(PROT_EXEC, 0, 1),                       \
		GIVE(SECCOMP_RET_KILL_PROCESS), GIVE(SECCOMP_RET_ALLOW)

bool sw_cage_has_seccomp(void)
{
	/* EFAULT: the filter was about to be read; EINVAL: not known. */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno == EFAULT;
}

int sw_cage_seccomp(void)
{
	struct sock_filter filter[] = {
		LOAD(arch),
		IF_EQ(ARCH, 1, 0),
		GIVE(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
#if defined(__x86_64__) /* the x32 calls have numbers of their own */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		GIVE(SECCOMP_RET_KILL_PROCESS),
#endif
		ALLOW(SYS_read),
		ALLOW(SYS_pread64),
		ALLOW(SYS_readv),
		ALLOW(SYS_write),
		ALLOW(SYS_pwrite64),
		ALLOW(SYS_writev),
		ALLOW(SYS_lseek),
		ALLOW(SYS_fstat),
		ALLOW(SYS_ftruncate),
		ALLOW(SYS_close),
		ALLOW(SYS_munmap),
		ALLOW(SYS_mremap),
		ALLOW(SYS_madvise),
		ALLOW(SYS_brk),
		ALLOW(SYS_futex),
		ALLOW(SYS_getrandom),
		ALLOW(SYS_clock_gettime),
		ALLOW(SYS_clock_nanosleep),
		ALLOW(SYS_nanosleep),
		ALLOW(SYS_sched_yield),
		ALLOW(SYS_sysinfo), /* qsort() asks how much memory there is */
		ALLOW(SYS_rt_sigaction),
		ALLOW(SYS_rt_sigprocmask),
		ALLOW(SYS_rt_sigreturn),
		ALLOW(SYS_sigaltstack),
		ALLOW(SYS_restart_syscall),
		ALLOW(SYS_getpid),
		ALLOW(SYS_gettid),
		ALLOW(SYS_exit),
		ALLOW(SYS_exit_group),
		/* fstat() of newer C libraries; a name could be looked up by it, so it is refused,
		 * as is what libraries ask for out of habit. */
		REFUSE(SYS_newfstatat, ENOSYS),
		REFUSE(SYS_ioctl, ENOTTY),
		REFUSE(SYS_sched_getaffinity, ENOSYS),
		REFUSE(SYS_prlimit64, EPERM),
		REFUSE(SYS_getcpu, ENOSYS),
#ifdef SYS_readlink
		REFUSE(SYS_readlink, EACCES),
#endif
		REFUSE(SYS_readlinkat, EACCES),
		/* abort() ends this process, and only this one. */
		IF_EQ(SYS_tgkill, 0, 4),
		ARG_LOW(0),
		IF_EQ((uint32_t)getpid(), 0, 1),
		GIVE(SECCOMP_RET_ALLOW),
		GIVE(SECCOMP_RET_KILL_PROCESS),
		NOT_EXEC(SYS_mmap),
		LOAD(nr),
		NOT_EXEC(SYS_mprotect),
		LOAD(nr),
		GIVE(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog prog = {.len = SW_ARRAY_LEN(filter), .filter = filter};
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}
