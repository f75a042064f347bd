/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tracer FILE PROGRAM ARGS…` runs a program and writes to FILE what it and whatever it starts ask of the kernel,
 * a line each, fields by tabs, bytes outside of printable ASCII and % as %XX:
 *
 *	call NAME                    a system call that was made, once per name (#NUMBER where it has none here)
 *	open FLAGS MODE PATH         a file that was opened: flags and st_mode in octal, and what the descriptor is really of
 *	start                        a process was started (threads are not told)
 *	exec PATH                    a program was run in a process's place, but for the first
 *	connect HEX                  the address that was asked for, as the kernel gets it
 *
 * The exit status is the program's; 125 where it cannot be traced here.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 1024
#define TASKS 4096

static const struct {
	long nr;
	const char *name;
} names[] = {
#define N(x) {SYS_##x, #x}
	N(read), N(readv), N(pread64), N(write), N(writev), N(pwrite64), N(open), N(openat), N(openat2), N(creat), N(close), N(stat),
	N(fstat), N(lstat), N(newfstatat), N(statx), N(access), N(faccessat), N(faccessat2), N(readlink), N(readlinkat), N(getdents),
	N(getdents64), N(lseek), N(fcntl), N(ioctl), N(dup), N(dup2), N(dup3), N(pipe), N(pipe2), N(poll), N(ppoll), N(select),
	N(epoll_create1), N(eventfd2), N(mmap), N(munmap), N(mremap), N(mprotect), N(madvise), N(brk), N(getcwd), N(uname), N(sysinfo),
	N(getpid), N(gettid), N(getppid), N(getuid), N(geteuid), N(getgid), N(getegid), N(getrandom), N(getrlimit), N(prlimit64),
	N(getrusage), N(clock_gettime), N(clock_nanosleep), N(nanosleep), N(rt_sigaction), N(rt_sigprocmask), N(rt_sigreturn),
	N(sigaltstack), N(futex), N(rseq), N(set_tid_address), N(set_robust_list), N(arch_prctl), N(prctl), N(sched_getaffinity),
	N(sched_yield), N(personality), N(exit), N(exit_group), N(clone), N(clone3), N(fork), N(vfork), N(execve), N(execveat), N(wait4),
	N(waitid), N(kill), N(tgkill), N(socket), N(socketpair), N(connect), N(bind), N(listen), N(accept), N(accept4), N(sendto),
	N(sendmsg), N(recvfrom), N(recvmsg), N(mkdir), N(mkdirat), N(rmdir), N(unlink), N(unlinkat), N(rename), N(renameat),
	N(renameat2), N(link), N(linkat), N(symlink), N(symlinkat), N(chmod), N(fchmod), N(fchmodat), N(chown), N(fchown), N(lchown),
	N(fchownat), N(truncate), N(ftruncate), N(mknod), N(mknodat), N(utimensat), N(umask), N(fsync), N(fdatasync), N(flock),
	N(fadvise64), N(sendfile), N(copy_file_range), N(mount), N(umount2), N(chroot), N(chdir), N(fchdir), N(setuid), N(setgid), N(setns),
	N(unshare), N(seccomp), N(bpf), N(ptrace), N(process_vm_readv), N(io_uring_setup), N(memfd_create), N(setsid), N(statfs),
	N(fstatfs), N(getxattr), N(fgetxattr), N(listxattr), N(inotify_init1), N(fanotify_init),
#undef N
};

struct task {
	pid_t pid;
	struct __ptrace_syscall_info in; /* the call that it is in */
};

static struct task tasks[TASKS];
static bool seen[CALLS], begun;
static FILE *out;

static struct task *task_of(pid_t pid)
{
	struct task *free_one = NULL;
	for (size_t i = 0; i < TASKS; i++) {
		if (tasks[i].pid == pid)
			return &tasks[i];
		if (!tasks[i].pid && !free_one)
			free_one = &tasks[i];
	}
	if (!free_one)
		abort();
	*free_one = (struct task){.pid = pid};
	return free_one;
}

static void put(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		fprintf(out, p[i] > 32 && p[i] < 127 && p[i] != '%' ? "%c" : "%%%02x", p[i]);
	putc('\n', out);
}

static size_t peek(pid_t pid, uint64_t at, void *to, size_t n)
{
	struct iovec here = {to, n}, there = {(void *)(uintptr_t)at, n};
	ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
	return got < 0 ? 0 : (size_t)got;
}

/* A page at most, since what follows may not be mapped. */
static void put_text(pid_t pid, uint64_t at)
{
	char text[4096];
	size_t n = peek(pid, at, text, 4096 - at % 4096);
	put(text, strnlen(text, n));
}

static uint64_t open_flags(pid_t pid, const struct __ptrace_syscall_info *in)
{
	struct open_how how = {0};
	switch (in->entry.nr) {
	case SYS_open:
		return in->entry.args[1];
	case SYS_openat:
		return in->entry.args[2];
	case SYS_openat2:
		peek(pid, in->entry.args[2], &how, sizeof(how));
		return how.flags;
	default:
		return O_CREAT | O_WRONLY | O_TRUNC; /* creat */
	}
}

static void on_open(pid_t pid, const struct __ptrace_syscall_info *in, long fd)
{
	char link[64], path[4096];
	struct stat st = {0};
	snprintf(link, sizeof(link), "/proc/%d/fd/%ld", pid, fd);
	ssize_t n = readlink(link, path, sizeof(path));
	if (stat(link, &st) || n < 0)
		n = 0;
	fprintf(out, "open\t%llo\t%o\t", (unsigned long long)open_flags(pid, in), st.st_mode);
	put(path, (size_t)n);
}

static void on_entry(pid_t pid, const struct __ptrace_syscall_info *in)
{
	unsigned char addr[128];
	long nr = (long)in->entry.nr;
	if (nr < 0 || nr >= CALLS || !seen[nr]) {
		const char *name = NULL;
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (names[i].nr == nr)
				name = names[i].name;
		if (name)
			fprintf(out, "call\t%s\n", name);
		else
			fprintf(out, "call\t#%ld\n", nr);
		if (nr >= 0 && nr < CALLS)
			seen[nr] = true;
	}
	if (nr == SYS_execve || nr == SYS_execveat) {
		fputs("exec\t", out);
		put_text(pid, in->entry.args[nr == SYS_execveat]);
	} else if (nr == SYS_connect) {
		size_t n = in->entry.args[2] < sizeof(addr) ? (size_t)in->entry.args[2] : sizeof(addr);
		fputs("connect\t", out);
		n = peek(pid, in->entry.args[1], addr, n);
		for (size_t i = 0; i < n; i++)
			fprintf(out, "%02x", addr[i]);
		putc('\n', out);
	}
}

static void on_call(struct task *t)
{
	struct __ptrace_syscall_info now;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, (void *)sizeof(now), &now) <= 0)
		return;
	if (now.op == PTRACE_SYSCALL_INFO_ENTRY) {
		t->in = now;
		if (begun)
			on_entry(t->pid, &now);
	} else if (now.op == PTRACE_SYSCALL_INFO_EXIT && t->in.op == PTRACE_SYSCALL_INFO_ENTRY && now.exit.rval >= 0) {
		uint64_t nr = t->in.entry.nr;
		if (!begun)
			return;
		if (nr == SYS_open || nr == SYS_openat || nr == SYS_openat2 || nr == SYS_creat)
			on_open(t->pid, &t->in, (long)now.exit.rval);
	}
}

static bool is_thread(struct task *t)
{
	uint64_t flags = t->in.entry.args[0];
	if (t->in.entry.nr == SYS_clone3)
		peek(t->pid, t->in.entry.args[0], &flags, sizeof(flags)); /* the first of struct clone_args */
	return flags & CLONE_THREAD;
}

/* Goes on with a task that stopped; false: it was the first one, and it ended. */
static bool on_stop(pid_t first, pid_t pid, int status, int *ret_code)
{
	struct task *t = task_of(pid);
	int signal = 0;
	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		t->pid = 0;
		*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		return pid != first;
	}
	int stop = WSTOPSIG(status), event = status >> 16;
	if (stop == (SIGTRAP | 0x80))
		on_call(t);
	else if (event == PTRACE_EVENT_EXEC)
		begun = true;
	else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || (event == PTRACE_EVENT_CLONE && !is_thread(t)))
		fputs("start\n", out);
	else if (!event && stop != SIGSTOP) /* a task that begins stops by SIGSTOP */
		signal = stop;
	ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
	return true;
}

int main(int argc, char **argv)
{
	int status, code = 125;
	if (argc < 3 || !(out = fopen(argv[1], "we")))
		return 125;
	pid_t first = fork(), pid;
	if (!first) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(125);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (first < 0 || waitpid(first, &status, 0) < 0 || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, first, NULL,
			(void *)(long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
				       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)))
		return 125;
	ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0)
		if (!on_stop(first, pid, status, &code))
			break;
	return fclose(out) ? 125 : code;
}
