/* SPDX-License-Identifier: Apache-2.0 */
/* Parsers that try to get out: each must be stopped, and the way it was must be told. */
#include "../test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cage/cage.h"

static int well(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	char text[64];
	ssize_t n = fds[0] >= 0 ? read(fds[0], text, sizeof(text)) : 0;
	sw_cage_put(out, text, n > 0 ? (size_t)n : 0);
	sw_cage_put(out, arg, arg ? strlen(arg) : 0);
	return 0;
}

static int fails(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	sw_cage_put(out, "part", 4);
	return sw_error_set(err, SW_ESYNTAX, "line %d is damaged", 7);
}

/* The ways out, by number. What gets through says so in the answer. */
enum way { OPEN, OPENAT2, CREATE, LINK, STAT, SOCKET, EXEC, EXECVEAT, FORK, VFORK, CLONE, CLONE3, KILL_PARENT,
	PTRACE, READ_PARENT, MAP_EXEC, PROTECT_EXEC, CHROOT, MOUNT, UNSHARE, BPF, IO_URING, MEMFD, PRCTL,
	DUP, SENDTO, USERFAULT, KEYCTL, OPEN_TREE, PIDFD, SECCOMP, PROCESS_MADVISE, WAYS };

static const char *const names[WAYS] = {"open", "openat2", "create", "link", "stat", "socket",
	"execve", "execveat", "fork", "vfork", "clone", "clone3", "kill", "ptrace",
	"process_vm_readv", "mmap exec", "mprotect exec", "chroot", "mount", "unshare", "bpf",
	"io_uring", "memfd", "prctl", "dup", "sendto", "userfaultfd", "keyctl", "open_tree",
	"pidfd_open", "seccomp", "process_madvise"};

static long attempt(enum way w)
{
	static char *const argv[] = {(char *)(uintptr_t)"/bin/true", NULL};
	static uint8_t space[256];
	struct iovec v = {space, 8};
	switch (w) {
	case OPEN:
		return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	case OPENAT2:
		return syscall(437, AT_FDCWD, "/etc/passwd", space, 24);
	case CREATE:
		return syscall(SYS_openat, AT_FDCWD, "/tmp/seawall-escaped", O_CREAT | O_WRONLY, 0600);
	case LINK:
		return syscall(SYS_linkat, AT_FDCWD, "/etc/passwd", AT_FDCWD, "/tmp/seawall-escaped", 0);
	case STAT:
		return syscall(SYS_statx, AT_FDCWD, "/etc/passwd", 0, 0x7ff, space);
	case SOCKET:
		return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
	case EXEC:
		return syscall(SYS_execve, argv[0], argv, NULL);
	case EXECVEAT:
		return syscall(SYS_execveat, 3, "", argv, NULL, AT_EMPTY_PATH);
	case FORK:
#ifdef SYS_fork
		return syscall(SYS_fork);
#else
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
	case VFORK:
#ifdef SYS_vfork
		return syscall(SYS_fork);
#else
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
	case CLONE:
		return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	case CLONE3:
		return syscall(435, space, 64);
	case KILL_PARENT:
		return syscall(SYS_kill, getppid(), 0);
	case PTRACE:
		return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
	case READ_PARENT:
		return syscall(SYS_process_vm_readv, 1, &v, 1, &v, 1, 0);
	case MAP_EXEC:
		return (long)(uintptr_t)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	case PROTECT_EXEC:
		return mprotect((void *)((uintptr_t)space & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
	case CHROOT:
		return syscall(SYS_chroot, "/");
	case MOUNT:
		return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL);
	case UNSHARE:
		return syscall(SYS_unshare, 0x10000000);
	case BPF:
		return syscall(SYS_bpf, 0, space, 64);
	case IO_URING:
		return syscall(425, 8, space);
	case MEMFD:
		return syscall(SYS_memfd_create, "x", 0);
	case PRCTL:
		return syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0);
	case DUP:
		return syscall(SYS_dup, 0);
	case SENDTO:
		return syscall(SYS_sendto, 1, space, 1, 0, NULL, 0);
	case USERFAULT:
		return syscall(SYS_userfaultfd, 0);
	case KEYCTL:
		return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
	case OPEN_TREE:
		return syscall(428, AT_FDCWD, "/", 0);
	case PIDFD:
		return syscall(434, getpid(), 0);
	case SECCOMP:
		return syscall(SYS_seccomp, 0, 0, NULL);
	case PROCESS_MADVISE:
		return syscall(440, 0, &v, 1, 0, 0);
	default:
		return 0;
	}
}

static int escapes(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	long r = attempt(*(enum way *)arg);
	char text[64];
	int n = snprintf(text, sizeof(text), "got through: %ld", r);
	sw_cage_put(out, text, (size_t)n);
	return 0;
}

static int eats(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	for (;;) {
		size_t n = (size_t)8 << 20;
		char *p = malloc(n);
		if (!p) {
			errno = ENOMEM;
			abort(); /* as the arenas do */
		}
		memset(p, 1, n);
	}
	return 0;
}

/* Memory that RLIMIT_DATA does not count: shared pages. */
static int eats_shared(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	for (;;) {
		size_t n = (size_t)8 << 20;
		char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			break;
		memset(p, 1, n);
		struct timespec t = {.tv_nsec = 1000000};
		nanosleep(&t, NULL);
	}
	return 0;
}

static int loops(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	for (volatile uint64_t i = 0;; i++)
		;
	return 0;
}

static int sleeps(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	for (;;) {
		struct timespec t = {.tv_sec = 100};
		nanosleep(&t, NULL);
	}
	return 0;
}

/* Closes its way back and goes on for ever: the end of the pipe is not the end of the process. */
static int hides(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	return loops(arg, fds, out, err);
}

static int crashes(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	__builtin_trap();
}

static int leaves(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	syscall(SYS_exit_group, 0);
	return 0;
}

static int chatters(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	static char block[65536];
	for (;;)
		sw_cage_put(out, block, sizeof(block));
	return 0;
}

/* Past sw_cage_put(): straight into the pipe. */
static int floods(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	static char block[65536];
	for (;;)
		if (write(7, block, sizeof(block)) < 0)
			break;
	return 0;
}

/* A trailer of its own, with texts that do not end and a code that is none. */
static int forges(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	struct {
		uint32_t magic;
		int32_t code;
		struct sw_error err;
	} t;
	memset(&t, 'A', sizeof(t));
	t.magic = 0x53574347;
	t.code = *(int *)arg;
	if (write(7, &t, sizeof(t)) < 0)
		return 0;
	syscall(SYS_exit_group, 0);
	return 0;
}

static int writes_file(void *arg, const int fds[SW_CAGE_FDS], struct sw_cage_out *out, struct sw_error *err)
{
	static char block[65536];
	uint64_t at = 0;
	while (at < ((uint64_t)64 << 20)) {
		ssize_t n = pwrite(fds[1], block, sizeof(block), (off_t)at);
		if (n <= 0)
			return sw_error_set(err, SW_EIO, "stopped at %llu", (unsigned long long)at);
		at += (uint64_t)n;
	}
	return 0;
}

static struct sw_cage_job job_of(int (*run)(void *, const int *, struct sw_cage_out *, struct sw_error *), void *arg)
{
	return (struct sw_cage_job){.run = run, .arg = arg, .fds = {-1, -1, -1, -1},
		.memory = (size_t)96 << 20, .deadline_ms = 3000, .answer = 1 << 20};
}

static int run(struct sw_cage_proc *p, struct sw_cage_job job, struct sw_error *err)
{
	*err = (struct sw_error){0};
	return sw_cage_run(p, &job, err);
}

static void good_parsers_answer(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "from the file, ", 15), 15);
	struct sw_cage_job job = job_of(well, (void *)(uintptr_t)"from the caller");
	job.fds[0] = ends[0];
	assert_int_equal(run(&p, job, &err), 0);
	assert_str(sw_buf_str(&p.answer), "from the file, from the caller");
	assert_int_equal(p.end, SW_CAGE_DONE);
	sw_cage_release(&p);
	close(ends[0]);
	close(ends[1]);

	assert_int_equal(run(&p, job_of(fails, NULL), &err), -SW_ESYNTAX);
	assert_string_equal(err.text, "line 7 is damaged");
	assert_str(sw_buf_str(&p.answer), "part"); /* what it had is kept */
	sw_cage_release(&p);
}

static void nobody_gets_out(void **state)
{
	(void)state;
	for (enum way w = 0; w < WAYS; w++) {
		struct sw_cage_proc p;
		struct sw_error err;
		int rc = run(&p, job_of(escapes, &w), &err);
		if (rc != -SW_ESECURITY || p.end != SW_CAGE_FORBIDDEN)
			fail_msg("%s: %d, end %d, %s, %.*s", names[w], rc, p.end, err.text,
				SW_STR_ARG(sw_buf_str(&p.answer)));
		assert_non_null(strstr(err.text, "the parser was stopped"));
		sw_cage_release(&p);
	}
	struct stat st;
	assert_int_equal(stat("/tmp/seawall-escaped", &st), -1);
}

static void hunger_is_stopped(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	(void)state;
	assert_int_equal(run(&p, job_of(eats, NULL), &err), -SW_ELIMIT);
	assert_int_equal(p.end, SW_CAGE_MEMORY);
	sw_cage_release(&p);
	struct sw_cage_job job = job_of(eats_shared, NULL);
	job.deadline_ms = 20000;
	assert_int_equal(run(&p, job, &err), -SW_ELIMIT);
	assert_int_equal(p.end, SW_CAGE_MEMORY);
	sw_cage_release(&p);
}

static void time_runs_out(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	(void)state;
	int (*const all[])(void *, const int *, struct sw_cage_out *, struct sw_error *) = {
		loops, sleeps, hides};
	for (size_t i = 0; i < 3; i++) {
		struct timespec a, b;
		struct sw_cage_job job = job_of(all[i], NULL);
		job.deadline_ms = 300;
		clock_gettime(CLOCK_MONOTONIC, &a);
		assert_int_equal(run(&p, job, &err), -SW_ELIMIT);
		clock_gettime(CLOCK_MONOTONIC, &b);
		assert_int_equal(p.end, SW_CAGE_DEADLINE);
		assert_true(b.tv_sec - a.tv_sec < 10);
		sw_cage_release(&p);
	}
}

static void crashes_are_told(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	(void)state;
	assert_int_equal(run(&p, job_of(crashes, NULL), &err), -SW_ESECURITY);
	assert_int_equal(p.end, SW_CAGE_CRASHED);
	sw_cage_release(&p);
	assert_int_equal(run(&p, job_of(leaves, NULL), &err), -SW_ESECURITY);
	assert_int_equal(p.end, SW_CAGE_CRASHED);
	assert_non_null(strstr(err.text, "without an answer"));
	sw_cage_release(&p);
}

static void answers_have_an_end(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	(void)state;
	assert_int_equal(run(&p, job_of(chatters, NULL), &err), -SW_ELIMIT);
	assert_int_equal(p.end, SW_CAGE_ANSWER);
	sw_cage_release(&p);
	assert_int_equal(run(&p, job_of(floods, NULL), &err), -SW_ELIMIT);
	assert_int_equal(p.end, SW_CAGE_ANSWER);
	assert_true(p.answer.n <= (2 << 20));
	sw_cage_release(&p);
}

static void forged_ends_are_harmless(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	(void)state;
	int code = -SW_ESYNTAX; /* a code of ours, texts without an end */
	assert_int_equal(run(&p, job_of(forges, &code), &err), -SW_ESYNTAX);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
	sw_cage_release(&p);
	const int none[] = {5, -1000, INT32_MIN};
	for (size_t i = 0; i < 3; i++) {
		code = none[i];
		assert_int_equal(run(&p, job_of(forges, &code), &err), -SW_ESECURITY);
		assert_int_equal(p.end, SW_CAGE_CRASHED);
		sw_cage_release(&p);
	}
}

static void files_have_an_end(void **state)
{
	struct sw_cage_proc p;
	struct sw_error err;
	char name[] = "/tmp/seawall-test.XXXXXX";
	struct stat st;
	(void)state;
	int fd = mkstemp(name);
	unlink(name);
	struct sw_cage_job job = job_of(writes_file, NULL);
	job.fds[1] = fd;
	job.file = 1 << 20;
	assert_int_equal(run(&p, job, &err), -SW_EIO);
	assert_string_equal(err.text, "stopped at 1048576");
	sw_cage_release(&p);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 1 << 20);
	close(fd);
}

static void several_at_once(void **state)
{
	struct sw_cage_proc p[4], *all[4];
	struct sw_cage_job jobs[4] = {job_of(well, (void *)(uintptr_t)"x"), job_of(loops, NULL),
		job_of(crashes, NULL), job_of(fails, NULL)};
	struct sw_error err;
	bool seen[4] = {0};
	(void)state;
	jobs[1].deadline_ms = 500;
	for (int i = 0; i < 4; i++) {
		all[i] = &p[i];
		assert_int_equal(sw_cage_start(&p[i], &jobs[i], &err), 0);
	}
	for (int k = 0; k < 4; k++) {
		int i = sw_cage_wait(all, 4, -1);
		assert_in_range(i, 0, 3);
		assert_false(seen[i]);
		seen[i] = true;
	}
	assert_int_equal(sw_cage_wait(all, 4, -1), -1);
	assert_int_equal(p[0].end, SW_CAGE_DONE);
	assert_int_equal(p[1].end, SW_CAGE_DEADLINE);
	assert_int_equal(p[2].end, SW_CAGE_CRASHED);
	assert_int_equal(p[3].code, -SW_ESYNTAX);
	for (int i = 0; i < 4; i++)
		sw_cage_release(&p[i]);
}

static void the_kernel_is_asked(void **state)
{
	const struct sw_cage_offer *o = sw_cage_offer();
	(void)state;
	assert_true(o->seccomp);
	assert_true(o->no_new_privs);
	if (o->landlock >= 4)
		assert_string_equal(o->missing, "");
	else
		assert_non_null(strstr(o->missing, "landlock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_parsers_answer), cmocka_unit_test(nobody_gets_out),
		cmocka_unit_test(hunger_is_stopped), cmocka_unit_test(time_runs_out),
		cmocka_unit_test(crashes_are_told), cmocka_unit_test(answers_have_an_end),
		cmocka_unit_test(forged_ends_are_harmless), cmocka_unit_test(files_have_an_end),
		cmocka_unit_test(several_at_once), cmocka_unit_test(the_kernel_is_asked)};
	return cmocka_run_group_tests_name("cage/cage", tests, NULL, NULL);
}
