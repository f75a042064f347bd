/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of files, pipes and the like. */
#include <stdio.h>

#include "runtime/state/impl.h"

/* Flags of open in the schema's numbers. */
enum { O_DIRECTORY_S = 1 << 10, O_CLOEXEC_S = 1 << 12, O_CREATED_S = 1 << 14, UPPER_S = 1 << 15, LOWER_S = 1 << 16 };
enum { AT_FDCWD_S = -100 };

struct sw_str sw_apply_dirfd(struct sw_state *st, struct sw_thread *t, struct sw_str path, int64_t dirfd,
	char buf[SW_PATH_MAX])
{
	if (path.n && path.p[0] == '/')
		return SW_STR(".");
	if (dirfd == AT_FDCWD_S)
		return sw_thread_cwd(st, t);
	const struct sw_fd *f = sw_fdtab_find(sw_thread_fds(st, t), dirfd);
	if (!f)
		return SW_STR("<UNKNOWN>");
	struct sw_str name = sw_rstr_str(f->name);
	if (!name.n || name.p[name.n - 1] == '/' || name.n >= SW_PATH_MAX)
		return name;
	memcpy(buf, name.p, name.n);
	buf[name.n] = '/';
	return sw_str_make(buf, name.n + 1);
}

/* Where the parameters of the calls that open by name are; -1: there is none. */
struct open_shape {
	uint16_t code;
	int8_t dirfd, name, flags, dev, ino, enter_name, enter_flags, enter_dirfd;
};
static const struct open_shape opens[] = {
	{SW_EV_OPEN_X, -1, 1, 2, 4, 5, 0, 1, -1},
	{SW_EV_CREAT_X, -1, 1, -1, 3, 4, 0, -1, -1},
	{SW_EV_OPENAT_2_X, 1, 2, 3, 5, 6, 1, 2, 0},
	{SW_EV_OPENAT2_X, 1, 2, 3, 6, 7, 1, 2, 0},
	{SW_EV_OPEN_BY_HANDLE_AT_X, -1, 3, 2, 4, 5, -1, -1, -1},
};

static struct sw_str at(const struct sw_raw *r, int i)
{
	return i >= 0 ? sw_raw_param(r, (unsigned)i) : (struct sw_str){NULL, 0};
}

static void opened(struct sw_state *st, struct sw_sysev *ev, const struct open_shape *o)
{
	const struct sw_raw *r = ev->raw;
	struct sw_str name = sw_raw_cstr(at(r, o->name)), dirfd = at(r, o->dirfd);
	uint32_t flags = (uint32_t)sw_raw_uint(at(r, o->flags));
	char buf[SW_PATH_MAX], dir[SW_PATH_MAX];

	if (ev->res < 0)
		return;
	if (o->code == SW_EV_CREAT_X) {
		uint64_t layer = sw_raw_uint(at(r, 5));
		flags = layer & 1 ? UPPER_S : layer & 2 ? LOWER_S : 0;
	}
	/* The name as the call was entered with: the exit may have read it after it was changed. */
	const struct sw_raw_kept *k = o->enter_name >= 0 ? sw_apply_enter(ev) : NULL;
	struct sw_str entered = k ? sw_raw_cstr(sw_kept_param(k, (unsigned)o->enter_name)) : name;
	if (k && entered.n && !sw_str_is(entered, "<NA>")) {
		name = entered;
		if (o->enter_flags >= 0)
			flags = (uint32_t)sw_raw_uint(sw_kept_param(k, (unsigned)o->enter_flags)) |
				(flags & ~(uint32_t)(O_CREATED_S - 1));
		if (o->enter_dirfd >= 0)
			dirfd = sw_kept_param(k, (unsigned)o->enter_dirfd);
	}
	struct sw_str base = {NULL, 0};
	if (o->dirfd >= 0)
		base = dirfd.n ? sw_apply_dirfd(st, ev->thread, name, sw_raw_int(dirfd), dir) : base;
	else if (o->code != SW_EV_OPEN_BY_HANDLE_AT_X)
		base = sw_thread_cwd(st, ev->thread);
	struct sw_str full = sw_path_join(base, name, buf);
	struct sw_fd *f = sw_apply_put_fd(st, ev, ev->res);
	if (!f)
		return;
	f->type = flags & O_DIRECTORY_S ? SW_FD_DIRECTORY : SW_FD_FILE_V2;
	f->open_flags = flags;
	f->dev = (uint32_t)sw_raw_uint(at(r, o->dev));
	f->ino = sw_raw_uint(at(r, o->ino));
	f->flags |= flags & UPPER_S ? SW_FDF_UPPER : flags & LOWER_S ? SW_FDF_LOWER : 0;
	sw_rstr_set(&f->name_raw, name);
	sw_rstr_set(&f->name, full);
}

static void duplicate(struct sw_state *st, struct sw_sysev *ev, int64_t to, bool cloexec)
{
	struct sw_fd copy = {.fd = to};

	if (ev->res < 0 || !ev->fd)
		return;
	sw_fd_copy(&copy, ev->fd);
	struct sw_fd *f = sw_apply_put_fd(st, ev, to);
	if (f) {
		sw_fd_copy(f, &copy);
		f->open_flags = (copy.open_flags & ~(uint32_t)O_CLOEXEC_S) | (cloexec ? O_CLOEXEC_S : 0);
	}
	sw_rstr_unref(copy.name);
	sw_rstr_unref(copy.name_raw);
	/* The name is that of the source: it did not change. */
	sw_rstr_share(&ev->old_name, f ? f->name : NULL);
}

static void fcntl_x(struct sw_state *st, struct sw_sysev *ev)
{
	enum { DUPFD = 1, SETFD = 3, DUPFD_CLOEXEC = 26, FD_CLOEXEC_FLAG = 1 };
	uint64_t cmd = sw_raw_uint(sw_raw_param(ev->raw, 2));

	if (ev->res < 0 || !ev->fd)
		return;
	if (cmd == DUPFD || cmd == DUPFD_CLOEXEC) {
		duplicate(st, ev, ev->res, cmd == DUPFD_CLOEXEC);
	} else if (cmd == SETFD) {
		struct sw_fd *f = sw_apply_edit_fd(st, ev);
		if (!f)
			return;
		f->open_flags &= ~(uint32_t)O_CLOEXEC_S;
		if (sw_raw_uint(sw_raw_param(ev->raw, 3)) & FD_CLOEXEC_FLAG)
			f->open_flags |= O_CLOEXEC_S;
	}
}

static void pipe_x(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;

	for (unsigned i = 1; i <= 2 && ev->res >= 0; i++) {
		struct sw_fd *f = sw_apply_put_fd(st, ev, sw_raw_int(sw_raw_param(r, i)));
		if (!f)
			return;
		f->type = SW_FD_FIFO;
		f->ino = sw_raw_uint(sw_raw_param(r, 3));
		if (r->code == SW_EV_PIPE2_X)
			f->open_flags = (uint32_t)sw_raw_uint(sw_raw_param(r, 4));
	}
}

struct range {
	int64_t first, last;
};

static bool in_range(const struct sw_fd *f, const void *arg)
{
	const struct range *r = arg;

	return f->fd >= r->first && f->fd <= r->last;
}

static void close_range_x(struct sw_state *st, struct sw_sysev *ev)
{
	enum { CLOEXEC = 1 << 2 };
	const struct sw_raw *r = ev->raw;
	struct range range = {(int64_t)(uint32_t)sw_raw_uint(sw_raw_param(r, 1)),
		(int64_t)(uint32_t)sw_raw_uint(sw_raw_param(r, 2))};
	struct sw_fdtab **slot = sw_thread_fdslot(st, ev->thread);

	if (ev->res < 0 || !slot || !*slot)
		return;
	if (!(sw_raw_uint(sw_raw_param(r, 3)) & CLOEXEC)) {
		sw_fdtab_sift(slot, in_range, &range);
		return;
	}
	for (uint32_t i = 0; i < (*slot)->cap; i++) {
		struct sw_fd *f = &(*slot)->slots[i];
		if (f->fd >= 0 && in_range(f, &range) && (f = sw_fdtab_edit(slot, f->fd)))
			f->open_flags |= O_CLOEXEC_S;
	}
}

/* The calls that make a descriptor of one kind, and which parameter has its flags (-1: none). */
static const struct {
	uint16_t code;
	int8_t type, flags;
} makers[] = {
	{SW_EV_EVENTFD_X, SW_FD_EVENT, -1},
	{SW_EV_EVENTFD2_X, SW_FD_EVENT, 1},
	{SW_EV_SIGNALFD_X, SW_FD_SIGNALFD, -1},
	{SW_EV_SIGNALFD4_X, SW_FD_SIGNALFD, 1},
	{SW_EV_TIMERFD_CREATE_X, SW_FD_TIMERFD, 2},
	{SW_EV_INOTIFY_INIT_X, SW_FD_INOTIFY, -1},
	{SW_EV_INOTIFY_INIT1_X, SW_FD_INOTIFY, 1},
	{SW_EV_BPF_2_X, SW_FD_BPF, -1},
	{SW_EV_USERFAULTFD_X, SW_FD_USERFAULTFD, 1},
	{SW_EV_IO_URING_SETUP_X, SW_FD_IOURING, -1},
	{SW_EV_EPOLL_CREATE_X, SW_FD_EVENTPOLL, -1},
	{SW_EV_EPOLL_CREATE1_X, SW_FD_EVENTPOLL, 1},
	{SW_EV_MEMFD_CREATE_X, SW_FD_MEMFD, 2},
	{SW_EV_PIDFD_OPEN_X, SW_FD_PIDFD, 2},
};

static bool made(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (makers[i].code != r->code)
			continue;
		struct sw_fd *f = ev->res >= 0 ? sw_apply_put_fd(st, ev, ev->res) : NULL;
		if (!f)
			return true;
		f->type = makers[i].type;
		f->open_flags = (uint32_t)sw_raw_uint(at(r, makers[i].flags));
		if (r->code == SW_EV_EPOLL_CREATE1_X)
			f->open_flags = f->open_flags & 1 ? O_CLOEXEC_S : 0;
		if (r->code == SW_EV_MEMFD_CREATE_X)
			sw_rstr_set(&f->name, sw_raw_cstr(sw_raw_param(r, 1)));
		if (r->code == SW_EV_PIDFD_OPEN_X) {
			char text[40];
			f->pid = sw_raw_int(sw_raw_param(r, 1));
			int n = snprintf(text, sizeof(text), "/proc/%lld", (long long)f->pid);
			sw_rstr_set(&f->name, sw_str_make(text, (size_t)n));
		}
		return true;
	}
	return false;
}

static void pidfd_getfd(struct sw_state *st, struct sw_sysev *ev)
{
	struct sw_fdtab *mine = sw_thread_fds(st, ev->thread);
	const struct sw_fd *pidfd = sw_fdtab_find(mine, sw_raw_int(sw_raw_param(ev->raw, 1)));
	struct sw_thread *o = pidfd && pidfd->type == SW_FD_PIDFD ? sw_state_thread(st, pidfd->pid) : NULL;

	ev->fd = o ? sw_fdtab_find(sw_thread_fds(st, o), sw_raw_int(sw_raw_param(ev->raw, 2))) : NULL;
	duplicate(st, ev, ev->res, true);
}

static bool other(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;

	switch (r->code) {
	case SW_EV_CHDIR_X:
	case SW_EV_GETCWD_X:
		if (ev->res >= 0)
			sw_thread_set_cwd(st, ev->thread, sw_raw_cstr(sw_raw_param(r, 1)));
		return true;
	case SW_EV_FCHDIR_X:
		if (ev->res >= 0 && ev->fd)
			sw_thread_set_cwd(st, ev->thread, sw_rstr_str(ev->fd->name));
		return true;
	case SW_EV_PIPE_X:
	case SW_EV_PIPE2_X:
		pipe_x(st, ev);
		return true;
	case SW_EV_CLOSE_RANGE_X:
		close_range_x(st, ev);
		return true;
	case SW_EV_PIDFD_GETFD_X:
		pidfd_getfd(st, ev);
		return true;
	default:
		return made(st, ev);
	}
}

bool sw_apply_file(struct sw_state *st, struct sw_sysev *ev)
{
	const struct sw_raw *r = ev->raw;

	switch (r->code) {
	case SW_EV_OPEN_X:
	case SW_EV_CREAT_X:
	case SW_EV_OPENAT_2_X:
	case SW_EV_OPENAT2_X:
	case SW_EV_OPEN_BY_HANDLE_AT_X:
		for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++)
			if (opens[i].code == r->code)
				opened(st, ev, &opens[i]);
		return true;
	case SW_EV_CLOSE_X:
		if (ev->res >= 0 && ev->fd) {
			st->pending_close_tid = ev->thread->tid;
			st->pending_close_fd = ev->fd->fd;
		}
		return true;
	case SW_EV_DUP_1_X:
	case SW_EV_DUP2_X:
	case SW_EV_DUP3_X:
		duplicate(st, ev, ev->res,
			r->code == SW_EV_DUP3_X && sw_raw_uint(sw_raw_param(r, 3)) & O_CLOEXEC_S);
		return true;
	case SW_EV_FCNTL_X:
		fcntl_x(st, ev);
		return true;
	default:
		return other(st, ev);
	}
}
