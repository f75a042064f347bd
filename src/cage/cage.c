/* SPDX-License-Identifier: Apache-2.0 */
#include "cage/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/lazy.h"
#include "base/re2.h"

#define MIB ((size_t)1 << 20)
#define TRAILER_MAGIC 0x53574347u

enum { FIRST_FD = 3, PIPE_FD = FIRST_FD + SW_CAGE_FDS, HIGH_FD = 64, FLUSH = 64 << 10,
	EXIT_MEMORY = 70, EXIT_ABORT = 71, EXIT_SETUP = 72, EXIT_ANSWER = 73, TICK_MS = 50 };

/* The last bytes of every whole answer. */
struct trailer {
	uint32_t magic;
	int32_t code;
	struct sw_error err;
};

/* ---- what the kernel offers ---- */

static struct sw_cage_offer offer;

static void ask_kernel(void)
{
	offer.landlock = sw_cage_landlock_abi();
	offer.seccomp = sw_cage_has_seccomp();
	offer.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) >= 0;
	if (!offer.seccomp)
		snprintf(offer.missing, sizeof(offer.missing),
			"this kernel has no seccomp filters: nothing can be parsed safely");
	else if (!offer.landlock)
		snprintf(offer.missing, sizeof(offer.missing),
			"this kernel has no landlock: parsers are held by seccomp and limits alone");
	else if (offer.landlock < 4)
		snprintf(offer.missing, sizeof(offer.missing),
			"this kernel's landlock (ABI %d) knows files only: connections are stopped "
			"by seccomp alone", offer.landlock);
}

const struct sw_cage_offer *sw_cage_offer(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, ask_kernel);
	return &offer;
}

/* ---- in the process ---- */

struct sw_cage_out {
	int fd;
	size_t n, total, max;
	char buf[FLUSH];
};

static void flush(struct sw_cage_out *o)
{
	for (size_t at = 0; at < o->n;) {
		ssize_t n = write(o->fd, o->buf + at, o->n - at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(EXIT_ANSWER);
		at += (size_t)n;
	}
	o->n = 0;
}

void sw_cage_put(struct sw_cage_out *o, const void *p, size_t n)
{
	const char *c = p;
	if (n > o->max - o->total)
		_exit(EXIT_ANSWER);
	o->total += n;
	while (n) {
		size_t k = FLUSH - o->n < n ? FLUSH - o->n : n;
		memcpy(o->buf + o->n, c, k);
		o->n += k;
		c += k;
		n -= k;
		if (o->n == FLUSH)
			flush(o);
	}
}

static void on_abort(int sig)
{
	_exit(errno == ENOMEM ? EXIT_MEMORY : EXIT_ABORT);
}

static void limit(int what, rlim_t most)
{
	struct rlimit r = {most, most};
	setrlimit(what, &r);
}

/* Memory that is there already: shared with the parent, and counted by RLIMIT_DATA. */
static size_t data_size(void)
{
	unsigned long size = 0, data = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return 64 * MIB;
	if (fscanf(f, "%lu %*u %*u %*u %*u %lu", &size, &data) != 2)
		data = 64 * MIB / 4096;
	fclose(f);
	return (size_t)data * (size_t)sysconf(_SC_PAGESIZE);
}

/* The descriptors of the job become 3, 4, …, the pipe the one behind; nothing else stays. */
static void arrange(const struct sw_cage_job *job, int pipe_fd, int fds[SW_CAGE_FDS])
{
	int high[SW_CAGE_FDS + 1];
	for (int i = 0; i <= SW_CAGE_FDS; i++) {
		int fd = i < SW_CAGE_FDS ? job->fds[i] : pipe_fd;
		high[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD, HIGH_FD);
		if (fd >= 0 && high[i] < 0)
			_exit(EXIT_SETUP);
	}
#ifdef SW_ASAN
	int keep = 2; /* reports go there */
#else
	int keep = 3;
#endif
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int i = 0; i < keep && null >= 0; i++)
		dup2(null, i);
	for (int i = 0; i <= SW_CAGE_FDS; i++) {
		int to = FIRST_FD + i;
		if (i < SW_CAGE_FDS)
			fds[i] = high[i] < 0 ? -1 : to;
		if (high[i] >= 0 ? dup2(high[i], to) < 0 : (close(to), false))
			_exit(EXIT_SETUP);
	}
	syscall(SYS_close_range, PIPE_FD + 1, ~0u, 0);
}

static void lock_up(const struct sw_cage_job *job, size_t data)
{
	size_t memory = job->memory ? job->memory : 256 * MIB;
	uint32_t ms = job->deadline_ms ? job->deadline_ms : 600000;
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_FSIZE, job->file ? (rlim_t)job->file : 1);
	limit(RLIMIT_CPU, ms / 1000 + 1);
#ifndef SW_ASAN
	limit(RLIMIT_DATA, memory + data);
#else
	(void)memory;
	(void)data;
#endif
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || sw_cage_landlock())
		_exit(EXIT_SETUP);
	limit(RLIMIT_NOFILE, 0);
	if (sw_cage_seccomp())
		_exit(EXIT_SETUP);
}

static __attribute__((noreturn)) void child(
	const struct sw_cage_job *job, int pipe_fd, size_t data, pid_t parent)
{
	int fds[SW_CAGE_FDS];
	struct trailer end = {.magic = TRAILER_MAGIC};
	static const int usual[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
	static const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGCHLD};
	struct sigaction sa = {.sa_handler = on_abort};
	struct sw_cage_out *out = malloc(sizeof(*out));
	if (!out)
		_exit(EXIT_MEMORY);
	*out = (struct sw_cage_out){.fd = PIPE_FD, .max = job->answer ? job->answer : 64 * MIB};
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(EXIT_SETUP);
	/* Ctrl-C is the parent's to hear; a file beyond its limit is an error of write(). */
	for (size_t i = 0; i < SW_ARRAY_LEN(usual); i++)
		signal(usual[i], SIG_IGN);
	sigaction(SIGABRT, &sa, NULL);
	for (size_t i = 0; i < SW_ARRAY_LEN(deadly); i++) /* a handler of the parent's knows nothing here */
		signal(deadly[i], SIG_DFL);
	arrange(job, pipe_fd, fds);
	if (!job->open) {
		lock_up(job, data);
		sw_re2_interpret();
	}
	end.code = job->run(job->arg, fds, out, &end.err);
	out->max = SIZE_MAX;
	sw_cage_put(out, &end, sizeof(end));
	flush(out);
	_exit(0);
}

/* ---- in the parent ---- */

int sw_cage_start(struct sw_cage_proc *p, const struct sw_cage_job *job, struct sw_error *err)
{
	int ends[2];
	size_t data = data_size();
	pid_t parent = getpid();
	uint32_t ms = job->deadline_ms ? job->deadline_ms : 600000;
	*p = (struct sw_cage_proc){.pipe = -1};
	size_t answer = job->answer ? job->answer : 64 * MIB;
	sw_buf_init(&p->answer, answer + sizeof(struct trailer));
	if (!job->open && !sw_cage_offer()->seccomp)
		return sw_error_set(err, SW_EUNSUPPORTED, "%s", sw_cage_offer()->missing);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return sw_error_errno(err, SW_EIO, errno, "no pipe to a parser");
	/* The child may open nothing. TLS is never spoken there. */
	for (enum sw_lazy_lib lib = 0; lib < SW_LAZY_LIB__COUNT; lib++)
		if (lib != SW_LAZY_LIB_SSL)
			sw_lazy_load(lib);
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		child(job, ends[1], data, parent);
	}
	close(ends[1]);
	if (pid < 0) {
		int e = errno;
		close(ends[0]);
		return sw_error_errno(err, SW_EIO, e, "cannot start a process for a parser");
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	p->pid = pid;
	p->pipe = ends[0];
	p->memory = job->open ? 0 : job->memory ? job->memory : 256 * MIB;
	p->inherited = data;
	p->deadline_ns = sw_now_ns() + (int64_t)ms * 1000000;
	return 0;
}

static void end_by(struct sw_cage_proc *p, enum sw_cage_end why)
{
	if (p->end == SW_CAGE_RUNNING) {
		p->end = why;
		kill(p->pid, SIGKILL);
	}
}

void sw_cage_kill(struct sw_cage_proc *p)
{
	if (p->pid > 0)
		end_by(p, SW_CAGE_STOPPED);
}

/* What is in the pipe; false at its end. */
static bool take(struct sw_cage_proc *p)
{
	char buf[65536];
	for (;;) {
		ssize_t n = read(p->pipe, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return false;
		sw_buf_add(&p->answer, buf, (size_t)n);
		if (p->answer.overflow)
			end_by(p, SW_CAGE_ANSWER);
	}
}

/* Resident memory is watched, too: not everything is counted by the kernel's limit. */
static void watch_memory(struct sw_cage_proc *p)
{
	char name[64];
	unsigned long rss = 0;
	if (!p->memory)
		return;
	snprintf(name, sizeof(name), "/proc/%d/statm", (int)p->pid);
	sw_autofclose *f = fopen(name, "re");
	if (!f || fscanf(f, "%*u %lu", &rss) != 1)
		return;
	size_t bytes = (size_t)rss * (size_t)sysconf(_SC_PAGESIZE);
	if (bytes > p->peak)
		p->peak = bytes;
#ifdef SW_ASAN
	size_t most = p->memory * 2 + 128 * MIB; /* what is inherited is mostly shadow there */
#else
	size_t most = p->memory + p->memory / 4 + 16 * MIB + p->inherited;
#endif
	if (bytes > most)
		end_by(p, SW_CAGE_MEMORY);
}

static void terminate(char *text, size_t n)
{
	text[n - 1] = '\0';
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
}

/* The trailer came from the process: its texts are cut and cleaned, its code must be one of ours. */
static bool take_trailer(struct sw_cage_proc *p)
{
	struct trailer t;
	if (p->answer.overflow || p->answer.n < sizeof(t))
		return false;
	memcpy(&t, p->answer.p + p->answer.n - sizeof(t), sizeof(t));
	if (t.magic != TRAILER_MAGIC || t.code > 0 || t.code <= -SW_E__COUNT)
		return false;
	p->answer.n -= sizeof(t);
	p->code = t.code;
	p->err = t.err;
	p->err.code = -t.code;
	terminate(p->err.file, sizeof(p->err.file));
	terminate(p->err.text, sizeof(p->err.text));
	terminate(p->err.hint, sizeof(p->err.hint));
	return true;
}

static void judge(struct sw_cage_proc *p, int status)
{
	p->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	int left = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (p->end != SW_CAGE_RUNNING)
		return;
	if (p->signal == SIGSYS)
		p->end = SW_CAGE_FORBIDDEN;
	else if (p->signal == SIGXCPU)
		p->end = SW_CAGE_DEADLINE;
	else if (left == EXIT_MEMORY)
		p->end = SW_CAGE_MEMORY;
	else if (left == EXIT_ANSWER)
		p->end = SW_CAGE_ANSWER;
	else if (left == 0 && take_trailer(p))
		p->end = SW_CAGE_DONE;
	else
		p->end = SW_CAGE_CRASHED;
	if (left == EXIT_ABORT)
		p->signal = SIGABRT;
}

/* Has it ended? Reaps it. */
static bool reaped(struct sw_cage_proc *p)
{
	int status;
	struct rusage used;
	pid_t r = wait4(p->pid, &status, WNOHANG, &used);
	if (r == 0 || (r < 0 && errno == EINTR))
		return false;
	if (p->pipe >= 0) {
		take(p);
		close(p->pipe);
		p->pipe = -1;
	}
	if (r > 0) {
		size_t peak = (size_t)used.ru_maxrss * 1024;
		p->peak = peak > p->peak ? peak : p->peak;
		judge(p, status);
	} else if (p->end == SW_CAGE_RUNNING) {
		p->end = SW_CAGE_CRASHED; /* somebody else waited for it */
	}
	p->pid = 0;
	return true;
}

static int tick(struct sw_cage_proc *const *p, uint32_t n, int64_t now)
{
	for (uint32_t i = 0; i < n; i++) {
		if (p[i]->pid <= 0)
			continue;
		if (now > p[i]->deadline_ns)
			end_by(p[i], SW_CAGE_DEADLINE);
		if (reaped(p[i]))
			return (int)i;
	}
	return -1;
}

int sw_cage_wait(struct sw_cage_proc *const *p, uint32_t n, int wait_ms)
{
	struct pollfd fds[64];
	uint32_t who[64];
	int64_t start = sw_now_ns(), until = wait_ms < 0 ? INT64_MAX : start + (int64_t)wait_ms * 1000000;
	int64_t next_watch = start;
	for (;;) {
		uint32_t k = 0, running = 0;
		int64_t now = sw_now_ns();
		int ended = tick(p, n, now);
		if (ended >= 0)
			return ended;
		bool waiting = false;
		for (uint32_t i = 0; i < n; i++) {
			running += p[i]->pid > 0;
			waiting |= p[i]->pid > 0 && p[i]->pipe < 0;
			if (p[i]->pid > 0 && p[i]->pipe >= 0 && k < SW_ARRAY_LEN(fds)) {
				who[k] = i;
				fds[k++] = (struct pollfd){.fd = p[i]->pipe, .events = POLLIN};
			}
		}
		if (!running)
			return -1;
		if (now >= until)
			return -2;
		if (now >= next_watch) {
			for (uint32_t i = 0; i < n; i++)
				if (p[i]->pid > 0)
					watch_memory(p[i]);
			next_watch = now + TICK_MS * 1000000;
		}
		if (poll(fds, k, waiting ? 1 : TICK_MS) <= 0)
			continue;
		for (uint32_t i = 0; i < k; i++) {
			if (fds[i].revents && !take(p[who[i]])) {
				close(p[who[i]]->pipe);
				p[who[i]]->pipe = -1;
			}
		}
	}
}

void sw_cage_release(struct sw_cage_proc *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
		p->pid = 0;
	}
	if (p->pipe >= 0)
		close(p->pipe);
	p->pipe = -1;
	sw_buf_release(&p->answer);
}

int sw_cage_verdict(const struct sw_cage_proc *p, struct sw_error *err)
{
	switch (p->end) {
	case SW_CAGE_DONE:
		if (p->code && err)
			*err = p->err;
		return p->code;
	case SW_CAGE_FORBIDDEN:
		return sw_error_set(err, SW_ESECURITY,
			"the parser was stopped: it made a system call that no parser needs");
	case SW_CAGE_MEMORY:
		return sw_error_set(err, SW_ELIMIT, "the parser was stopped: it took too much memory");
	case SW_CAGE_DEADLINE:
		return sw_error_set(err, SW_ELIMIT, "the parser was stopped: it took too long");
	case SW_CAGE_ANSWER:
		return sw_error_set(err, SW_ELIMIT, "the parser was stopped: it found too much to tell");
	case SW_CAGE_STOPPED:
		return sw_error_set(err, SW_ECANCELLED, "interrupted");
	default:
		if (p->signal)
			return sw_error_set(err, SW_ESECURITY, "the parser crashed (signal %d, %s)",
				p->signal, sigabbrev_np(p->signal) ? sigabbrev_np(p->signal) : "?");
		return sw_error_set(err, SW_ESECURITY, "the parser left without an answer");
	}
}

int sw_cage_run(struct sw_cage_proc *p, const struct sw_cage_job *job, struct sw_error *err)
{
	int rc = sw_cage_start(p, job, err);
	if (rc)
		return rc;
	sw_cage_wait(&p, 1, -1);
	return sw_cage_verdict(p, err);
}
