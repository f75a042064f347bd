/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cis/live.h"
#include "cis/node_impl.h"

#define NODE_BUDGET ((size_t)256 << 20)

/* Opens by path with O_PATH, links followed or not. Descriptor or -errno. */
static int node_at(struct sw_cis_node *n, struct sw_str path, bool follow)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	char text[4096];
	int dir = n->root;
	while (path.n > 1 && path.p[0] == '/' && path.p[1] == '/')
		path = sw_str_sub(path, 1, path.n);
	if (sw_str_is(path, "/proc") || sw_str_starts(path, SW_STR("/proc/"))) {
		dir = n->proc;
		path = sw_str_sub(path, 5, path.n);
		if (dir < 0)
			return -ENOENT;
		if (!path.n)
			path = SW_STR("/");
	}
	if (!path.n)
		return -ENOENT;
	if (path.n >= sizeof(text) || memchr(path.p, 0, path.n))
		return -ENAMETOOLONG;
	memcpy(text, path.p, path.n);
	text[path.n] = 0;
	for (int tries = 0; tries < 8; tries++) {
		long fd = syscall(SYS_openat2, dir, text, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR) /* EAGAIN: a rename raced with it */
			break;
	}
	return -errno;
}

int sw_cis_slurp(struct sw_arena *a, int fd, size_t max, struct sw_str *ret)
{
	size_t cap = 16384, n = 0;
	char *p = sw_arena_alloc(a, cap);
	while (p) {
		ssize_t got = read(fd, p + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		n += (size_t)got;
		if (got == 0) {
			*ret = sw_str_make(p, n);
			return 0;
		}
		if (n > max)
			return -EFBIG;
		if (n == cap) {
			p = sw_arena_grow(a, p, cap, cap * 2);
			cap *= 2;
		}
	}
	return -EFBIG;
}

/* A container's path on the node. False: it is the container's own. */
static bool seen_path(struct sw_cis_node *n, struct sw_str *path)
{
	const struct sw_cis_view *best = NULL;
	if (!n->viewed || sw_str_starts(*path, SW_STR("/proc/")) || sw_str_is(*path, "/etc/passwd") ||
		sw_str_is(*path, "/etc/group"))
		return true;
	for (uint32_t i = 0; i < n->n_view; i++) {
		struct sw_str at = n->view[i].there;
		while (at.n > 1 && at.p[at.n - 1] == '/')
			at.n--;
		if (sw_str_starts(*path, at) && (path->n == at.n || path->p[at.n] == '/' || at.n == 1) &&
			(!best || at.n > best->there.n))
			best = &n->view[i];
	}
	if (!best)
		return false;
	*path = sw_arena_printf(&n->arena, "%.*s%s%.*s", SW_STR_ARG(best->host), best->there.n == 1 ? "/" : "",
		SW_STR_ARG(sw_str_sub(*path, best->there.n, path->n)));
	return true;
}

int sw_cis_stat(struct sw_cis_node *n, struct sw_str path, bool follow, struct stat *ret)
{
	int rc = 0;
	if (!seen_path(n, &path))
		return -ENODATA;
	if (sw_defined(n->image))
		return sw_cis_image_stat(n, path, follow, ret);
	sw_autoclose fd = node_at(n, path, follow);
	if (fd < 0)
		rc = fd;
	else if (fstat(fd, ret))
		rc = -errno;
	if (n->record)
		sw_cis_record_stat(n, path, follow, rc, ret);
	return rc;
}

int sw_cis_node_reopen(int path, size_t max)
{
	struct stat st;
	char self[64];
	if (fstat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	if (max && st.st_size > (off_t)max)
		return -EFBIG;
	/* The very file that was looked at is opened: nobody can put another one in its place. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path);
	int in = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return in < 0 ? -errno : in;
}

int sw_cis_node_open_file(struct sw_cis_node *n, struct sw_str path, bool big)
{
	sw_autoclose fd = node_at(n, path, true);
	return fd < 0 ? fd : sw_cis_node_reopen(fd, big ? 0 : SW_CIS_FILE_MAX);
}

static int read_live(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str *ret)
{
	sw_autoclose in = sw_cis_node_open_file(n, path, false);
	return in < 0 ? in : sw_cis_slurp(a, in, SW_CIS_FILE_MAX, ret);
}

int sw_cis_read(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_str *ret)
{
	if (!seen_path(n, &path))
		return -ENODATA;
	if (sw_defined(n->image))
		return sw_cis_image_read(n, path, ret);
	struct sw_str text = {0};
	int rc = read_live(n, a, path, &text);
	if (!rc)
		*ret = text;
	if (n->record)
		sw_cis_record_read(n, path, rc, text);
	return rc;
}

static int by_name(const void *x, const void *y)
{
	return sw_str_cmp(*(const struct sw_str *)x, *(const struct sw_str *)y);
}

static int list_live(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str **ret, uint32_t *ret_n)
{
	sw_autoclose at = node_at(n, path, true);
	struct sw_str *v = NULL;
	uint32_t count = 0, cap = 0;
	int rc = 0;
	if (at < 0)
		return at;
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	DIR *d = fdopendir(fd);
	if (!d)
		abort();
	for (const struct dirent *e; !rc && (e = readdir(d));) {
		struct sw_str name = sw_str_from(e->d_name);
		if (sw_str_is(name, ".") || sw_str_is(name, ".."))
			continue;
		if (count == cap) {
			v = sw_arena_grow(a, v, cap * sizeof(*v), (cap * 2 + 16) * sizeof(*v));
			cap = cap * 2 + 16;
		}
		if (!v || count >= SW_CIS_LIST_MAX)
			rc = -EFBIG;
		else
			v[count++] = sw_arena_str(a, name);
	}
	closedir(d);
	if (rc)
		return rc;
	if (count)
		qsort(v, count, sizeof(*v), by_name);
	*ret = v;
	*ret_n = count;
	return 0;
}

int sw_cis_list(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path,
	struct sw_str **ret, uint32_t *ret_n)
{
	if (!seen_path(n, &path))
		return -ENODATA;
	if (sw_defined(n->image))
		return sw_cis_image_list(n, a, path, ret, ret_n);
	int rc = list_live(n, a, path, ret, ret_n);
	if (n->record)
		sw_cis_record_list(n, path, rc, rc ? NULL : *ret, rc ? 0 : *ret_n);
	return rc;
}

static int readlink_live(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_str *ret)
{
	char text[4096];
	sw_autoclose fd = node_at(n, path, false);
	if (fd < 0)
		return fd;
	ssize_t got = readlinkat(fd, "", text, sizeof(text));
	if (got < 0)
		return -errno;
	*ret = sw_arena_str(a, sw_str_make(text, (size_t)got));
	return ret->p ? 0 : -EFBIG;
}

int sw_cis_readlink(
	struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, struct sw_str *ret)
{
	if (!seen_path(n, &path))
		return -ENODATA;
	if (sw_defined(n->image))
		return sw_cis_image_link(n, path, ret);
	struct sw_str target = {0};
	int rc = readlink_live(n, a, path, &target);
	if (!rc)
		*ret = target;
	if (n->record)
		sw_cis_record_link(n, path, rc, target);
	return rc;
}

/* ---- names of users and groups ---- */

static void load_names(struct sw_cis_node *n, int which)
{
	struct sw_str text, line;
	uint32_t cap = 0;
	n->names_loaded[which] = true;
	if (sw_cis_read(n, &n->arena, which ? SW_STR("/etc/group") : SW_STR("/etc/passwd"), &text))
		return;
	while (sw_str_split(&text, '\n', &line)) {
		struct sw_str name, pass, id;
		int64_t num;
		if (!sw_str_split(&line, ':', &name) || !sw_str_split(&line, ':', &pass) ||
			!sw_str_split(&line, ':', &id) || !sw_str_to_i64(id, &num) || num < 0 ||
			num > UINT32_MAX)
			continue;
		struct sw_cis_name **v = &n->names[which];
		uint32_t k = n->n_names[which];
		if (k == cap) {
			*v = sw_arena_grow(
				&n->arena, *v, cap * sizeof(**v), (cap * 2 + 64) * sizeof(**v));
			cap = cap * 2 + 64;
			if (!*v) {
				n->n_names[which] = 0;
				return;
			}
		}
		(*v)[k] = (struct sw_cis_name){(uint32_t)num, name};
		n->n_names[which]++;
	}
}

static struct sw_str name_of(struct sw_cis_node *n, int which, uint32_t id)
{
	if (!n->names_loaded[which])
		load_names(n, which);
	for (uint32_t i = 0; i < n->n_names[which]; i++)
		if (n->names[which][i].id == id)
			return n->names[which][i].name;
	if (!id && !n->n_names[which]) /* a tree without user files: root is root */
		return SW_STR("root");
	return (struct sw_str){0};
}

struct sw_str sw_cis_user(struct sw_cis_node *n, uint32_t uid)
{
	return name_of(n, 0, uid);
}

struct sw_str sw_cis_group(struct sw_cis_node *n, uint32_t gid)
{
	return name_of(n, 1, gid);
}

bool sw_cis_has_user(struct sw_cis_node *n, struct sw_str name)
{
	if (!n->names_loaded[0])
		load_names(n, 0);
	for (uint32_t i = 0; i < n->n_names[0]; i++)
		if (sw_str_eq(n->names[0][i].name, name))
			return true;
	return false;
}

struct sw_str sw_cis_hostname(struct sw_cis_node *n)
{
	struct sw_str text;
	if (sw_cis_read(n, &n->arena, SW_STR("/proc/sys/kernel/hostname"), &text) &&
		sw_cis_read(n, &n->arena, SW_STR("/etc/hostname"), &text))
		return (struct sw_str){0};
	return sw_str_trim(text);
}

struct sw_value sw_cis_objects(const struct sw_cis_node *n)
{
	return n->objects;
}

/* ---- life ---- */

static int open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int open_live(
	struct sw_cis_node *n, const struct sw_cis_node_opts *o, struct sw_error *err)
{
	const char *root = o->root ? o->root : "/";
	n->root = open_dir(root);
	if (n->root < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot open the node's root %s", root);
	if (o->proc) {
		n->proc = open_dir(o->proc);
		if (n->proc < 0)
			return sw_error_errno(err, SW_EIO, errno, "cannot open %s", o->proc);
	} else if (!o->root || !strcmp(o->root, "/")) {
		n->proc = open_dir("/proc");
	} else {
		n->proc = openat(n->root, "proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	return 0;
}

int sw_cis_node_open(
	const struct sw_cis_node_opts *o, struct sw_cis_node **ret, struct sw_error *err)
{
	struct stat st;
	struct sw_cis_node *n = calloc(1, sizeof(*n));
	if (!n)
		abort();
	n->root = n->proc = -1;
	n->objects = o->objects;
	n->name = o->name ? sw_str_from(o->name) : (struct sw_str){0};
	n->kubelet = o->kubelet ? sw_str_from(o->kubelet) : (struct sw_str){0};
	sw_arena_init(&n->arena, NODE_BUDGET);
	if (o->client)
		n->live = sw_cis_live_new(&n->arena, o->client, o->name);
	int rc;
	if (o->root && !stat(o->root, &st) && S_ISREG(st.st_mode))
		rc = sw_cis_image_open(n, o->root, err);
	else
		rc = open_live(n, o, err);
	if (rc) {
		sw_cis_node_free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

void sw_cis_node_free(struct sw_cis_node *n)
{
	if (!n)
		return;
	sw_cis_record_free(n);
	sw_cis_live_release(n->live);
	if (n->root >= 0)
		close(n->root);
	if (n->proc >= 0)
		close(n->proc);
	sw_arena_release(&n->arena);
	free(n);
}
